/** Decides SendMessage and MarkRead. Called by decide.ts. */
import { hashBody } from './body-hash.ts';
import type { Decision } from './decision.ts';
import { happens, idempotencyConflict, notAMember, unchanged, validationFailed } from './decision.ts';
import type { BatchState, ConversationState, ParsedCommand } from './state.ts';
import { messageKey, pairKey } from './state.ts';

const textBytesMax = 16 * 1024;
const mentionsMax = 50;

/**
 * The key is looked at before membership: a repeat of a stored message by somebody who has left since must not be told that it was
 * not accepted. Mentions of people who are not members are left out.
 */
export function decideSendMessage(
  state: BatchState,
  conversation: ConversationState | undefined,
  command: ParsedCommand<'sendMessage'>,
): Decision {
  const { viewerId: senderId, conversationId } = command;
  const send = command.body.value;
  const { messageId: id, clientMessageId, text, replyToId } = send;
  const stored = state.messages.get(messageKey({ conversationId, senderId, clientMessageId }));
  if (stored !== undefined) {
    if (!stored.bodyHash.equals(hashBody(send))) return idempotencyConflict(stored.message.id);
    const { message, eventSeq } = stored;
    return { kind: 'outcome', result: { $case: 'replayed', value: { message, eventSeq } } };
  }
  if (conversation === undefined || !conversation.members.has(senderId)) return notAMember();
  const refusal = refuseBody(text, send.mentionUserIds);
  if (refusal !== null) return refusal;
  if (replyToId !== undefined && !state.messageIds.has(pairKey(conversationId, replyToId))) {
    return validationFailed('replyToId', 'There is no such message in this conversation.');
  }
  const mentionUserIds = [...new Set(send.mentionUserIds)].filter((userId) =>
    conversation.members.has(userId),
  );
  const message = {
    id,
    conversationId,
    seq: conversation.lastSeq + 1,
    clientMessageId,
    senderId,
    text,
    ...(replyToId === undefined ? {} : { replyToId }),
    mentionUserIds,
    version: 1,
    createdAtMs: state.nowMs,
  };
  return happens({ $case: 'messageCreated', value: { message } });
}

/** Only ever moves forward; beyond the last message means the last. */
export function decideMarkRead(
  conversation: ConversationState | undefined,
  command: ParsedCommand<'markRead'>,
): Decision {
  const member = conversation?.members.get(command.viewerId);
  if (conversation === undefined || member === undefined) return notAMember();
  const { upToSeq } = command.body.value;
  if (upToSeq < 0) return validationFailed('upToSeq', 'It must not be negative.');
  const readSeq = Math.min(upToSeq, conversation.lastSeq);
  if (readSeq <= member.readSeq) return unchanged();
  return happens({ $case: 'readReceiptUpdated', value: { userId: member.userId, readSeq } });
}

/** The chat subgraph has checked the same; here it keeps what Postgres can't hold, or must not, out of it. */
function refuseBody(text: string, mentionUserIds: readonly string[]): Decision | null {
  if (text === '') return validationFailed('text', 'It must not be empty.');
  if (Buffer.byteLength(text) > textBytesMax)
    return validationFailed('text', `At most ${textBytesMax} bytes of UTF-8.`);
  if (text.includes('\0')) return validationFailed('text', 'It must not contain the NUL character.');
  if (mentionUserIds.length > mentionsMax)
    return validationFailed('mentionUserIds', `At most ${mentionsMax} people.`);
  return null;
}
