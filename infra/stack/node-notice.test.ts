/** Unit tests of what reaches the terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toNodeNotice } from './node-notice.ts';

test('ordinary log lines stay in the file', () => {
  assert.equal(toNodeNotice('{"level":30,"msg":"started"}'), null);
  assert.equal(toNodeNotice(''), null);
});

test('warnings and errors become one readable line', () => {
  assert.equal(toNodeNotice('{"level":40,"msg":"slow"}'), 'warning: slow');
  assert.equal(
    toNodeNotice('{"level":50,"msg":"failed","err":{"message":"no broker","stack":"..."}}'),
    'error: failed no broker',
  );
});

test('what is not a log line is shown as it is', () => {
  assert.equal(toNodeNotice('TypeError: x is not a function'), 'TypeError: x is not a function');
  assert.equal(toNodeNotice('{"level":'), '{"level":');
});
