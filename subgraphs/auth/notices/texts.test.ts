/** Mails and text messages carry the code where people and tests look for it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCodeMail, toCodeSms, toExistingAccountMail } from './texts.ts';

test('a mail has the code on a line of its own', () => {
  for (const purpose of ['EMAIL', 'PASSWORD_RESET'] as const) {
    const { text } = toCodeMail(purpose, '012345', { minutes: 10, handle: 'alice' });
    assert.ok(text.split('\n').includes('Your MessageMe code is 012345'));
  }
});

test('a text message starts with the code', () => {
  assert.match(toCodeSms('012345', 10), /^Your MessageMe code is 012345\b/);
});

test('the notice to an owner has no code', () => {
  assert.doesNotMatch(toExistingAccountMail('alice').text, /\d{6}/);
});
