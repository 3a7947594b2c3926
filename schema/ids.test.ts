/** Ids: what is derived is stable and distinct, what is not an id is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createConversationId,
  createUserId,
  deriveMessageId,
  directConversationId,
  namedConversationId,
  parseConversationId,
  parseMessageId,
  parseUserId,
} from './ids.ts';

test('a direct conversation has one id, whoever asks', () => {
  const [ada, linus, grace] = [createUserId(), createUserId(), createUserId()];
  assert.equal(directConversationId(ada, linus), directConversationId(linus, ada));
  assert.notEqual(directConversationId(ada, linus), directConversationId(ada, grace));
  assert.notEqual(parseConversationId(directConversationId(ada, linus)), null);
});

test('a message id depends on sender, conversation and clientMessageId, not on the spelling of the latter', () => {
  const [ada, linus] = [createUserId(), createUserId()];
  const conversation = createConversationId();
  const named = deriveMessageId(ada, conversation, '3F2504E0-4F89-41D3-9A0C-0305E82C3301');
  assert.equal(named, deriveMessageId(ada, conversation, '3f2504e0-4f89-41d3-9a0c-0305e82c3301'));
  assert.notEqual(named, deriveMessageId(linus, conversation, '3f2504e0-4f89-41d3-9a0c-0305e82c3301'));
  assert.notEqual(
    named,
    deriveMessageId(ada, createConversationId(), '3f2504e0-4f89-41d3-9a0c-0305e82c3301'),
  );
  assert.equal(parseMessageId(named), named);
});

test('a named conversation belongs to who named it', () => {
  const [ada, linus] = [createUserId(), createUserId()];
  assert.notEqual(namedConversationId(ada, 'x'), namedConversationId(linus, 'x'));
});

test('only an id of the right kind is parsed', () => {
  const user = createUserId();
  assert.equal(parseUserId(user), user);
  assert.equal(parseMessageId(user), null);
  assert.equal(parseUserId(user.toUpperCase()), null);
  assert.equal(parseUserId('usr_zzzzzzzzzzzzzzzzzzzzzzzzzz'), null);
  fc.assert(fc.property(fc.string(), (text) => parseUserId(text) === null));
});
