/** Page cursors: back and forth, and nothing else gets through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createConversationId, createUserId } from '#schema/ids.ts';
import {
  formatConversationCursor,
  formatMemberCursor,
  formatMessageCursor,
  parseConversationCursor,
  parseMemberCursor,
  parseMessageCursor,
} from './page-cursors.ts';

const conversationId = createConversationId();

test('a cursor says what it was made of', () => {
  const userId = createUserId();
  assert.equal(parseMessageCursor(formatMessageCursor(conversationId, 42), conversationId, 'after'), 42);
  assert.equal(
    parseMemberCursor(formatMemberCursor(conversationId, userId), conversationId, 'after'),
    userId,
  );
  const position = { conversationId, lastActivityAtMs: 1_800_000_000_000 };
  assert.deepEqual(parseConversationCursor(formatConversationCursor(position), 'after'), position);
});

test('cursors of another list or conversation are refused', () => {
  const message = formatMessageCursor(conversationId, 42);
  const badInput = { extensions: { code: 'BAD_USER_INPUT', inputPath: ['after'] } };
  assert.throws(() => parseMessageCursor(message, createConversationId(), 'after'), badInput);
  assert.throws(() => parseMemberCursor(message, conversationId, 'after'), badInput);
  assert.throws(() => parseConversationCursor(message, 'after'), badInput);
});

test('garbage is refused with BAD_USER_INPUT and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.base64String({ maxLength: 300 })), (text) => {
      assert.throws(() => parseMessageCursor(text, conversationId, 'after'), {
        extensions: { code: 'BAD_USER_INPUT', inputPath: ['after'] },
      });
    }),
  );
});
