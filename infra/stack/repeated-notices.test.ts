/** Unit tests of the filter for repeated notices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNoticeFilter } from './repeated-notices.ts';

test('the same notice is news again only after half a minute', () => {
  const isNews = createNoticeFilter();
  assert.deepEqual([isNews('away', 0), isNews('away', 29_999), isNews('away', 30_000)], [true, false, true]);
});

test('other notices are not held back', () => {
  const isNews = createNoticeFilter();
  assert.deepEqual([isNews('one', 0), isNews('two', 0)], [true, true]);
});

test('it remembers a bounded number', () => {
  const isNews = createNoticeFilter();
  for (let count = 0; count <= 200; count += 1) isNews(`notice ${count}`, 0);
  assert.equal(isNews('notice 0', 1), true);
  assert.equal(isNews('notice 200', 1), false);
});
