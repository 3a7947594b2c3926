/** The rules for inputs at and beyond their borders. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUserId } from '#schema/ids.ts';
import {
  checkMentions,
  checkPeople,
  checkReplyTo,
  checkText,
  checkTitle,
  checkTopic,
  checkUpToSeq,
  InvalidInput,
} from './input-rules.ts';

test('a text has 1 byte to 16 KiB of UTF-8', () => {
  assert.equal(checkText('x'), 'x');
  assert.equal(checkText('é'.repeat(8 * 1024)).length, 8 * 1024);
  for (const text of ['', `${'é'.repeat(8 * 1024)}x`, 'a\0b', 'half \ud800', '\udc00']) {
    assert.throws(
      () => checkText(text),
      new InvalidInput(
        'text',
        messageOf(() => checkText(text)),
      ),
    );
  }
});

test('titles and topics are counted in characters, not in UTF-16 units', () => {
  assert.equal(checkTitle('🎈'.repeat(100)), '🎈'.repeat(100));
  assert.throws(() => checkTitle('🎈'.repeat(101)), InvalidInput);
  assert.throws(() => checkTitle(''), InvalidInput);
  assert.equal(checkTopic(''), '');
  assert.throws(() => checkTopic('x'.repeat(501)), InvalidInput);
});

test('people are counted as given and kept once', () => {
  const [one, two] = [createUserId(), createUserId()];
  assert.deepEqual(checkPeople('memberIds', [one, two, one, 'nobody']), {
    userIds: [one, two],
    unknown: ['nobody'],
  });
  assert.throws(
    () =>
      checkPeople(
        'memberIds',
        Array.from({ length: 101 }, () => one),
      ),
    InvalidInput,
  );
  assert.deepEqual(checkMentions([two, 'nobody', two]), [two]);
  assert.throws(() => checkMentions(Array.from({ length: 51 }, () => one)), InvalidInput);
});

test('what can only be wrong is refused with its field', () => {
  assert.throws(() => checkReplyTo('__proto__'), { name: 'InvalidInput', path: ['replyToId'] });
  assert.throws(() => checkUpToSeq(-1), { name: 'InvalidInput', path: ['upToSeq'] });
  assert.equal(checkUpToSeq(0), 0);
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}
