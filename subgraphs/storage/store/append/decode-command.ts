/** A record of chat.commands -> a command whose parts can be relied on, or the reason why it can't be one. Called by append.ts. */
import { Command } from '#schema/generated/events.ts';
import type { CommandRecord } from '#schema/generated/message_store.ts';
import { deriveMessageId, parseConversationId, parseMessageId, parseUserId } from '#schema/ids.ts';
import type { ParsedCommand } from '../decide/state.ts';

export type Decoded =
  | { readonly kind: 'command'; readonly offset: number; readonly command: ParsedCommand }
  | { readonly kind: 'undecodable'; readonly offset: number; readonly reason: string };

class Undecodable extends Error {
  override readonly name = 'Undecodable';
}

const commandIdForm = /^[\w-]{1,64}$/;
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Never throws: what is wrong with a record is its answer. */
export function decodeCommand(record: CommandRecord): Decoded {
  const { offset } = record;
  try {
    const command = Command.decode(record.value);
    if (Buffer.from(record.key).toString('utf8') !== command.conversationId) {
      throw new Undecodable('the key is not the conversation id');
    }
    return { kind: 'command', offset, command: parseCommand(command) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'undecodable', offset, reason: reason.slice(0, 500) };
  }
}

function parseCommand(command: Command): ParsedCommand {
  const { commandId, viewerId, conversationId, issuedAtMs, body } = command;
  demand(commandIdForm.test(commandId), 'command_id');
  const viewer = parseUserId(viewerId);
  const conversation = parseConversationId(conversationId);
  demand(viewer !== null, 'viewer_id');
  demand(conversation !== null, 'conversation_id');
  const parsed = parseBody(body);
  if (parsed.$case === 'sendMessage') {
    const { messageId, clientMessageId } = parsed.value;
    demand(messageId === deriveMessageId(viewer, conversation, clientMessageId), 'message_id');
  }
  return { commandId, viewerId, conversationId, issuedAtMs, body: parsed };
}

function parseBody(body: Command['body']): NonNullable<Command['body']> {
  switch (body?.$case) {
    case undefined:
      throw new Undecodable('there is no body of a known kind');
    case 'createConversation':
      demand(body.value.memberIds.every(isUserId), 'member_ids');
      return body;
    case 'addMembers':
      demand(body.value.userIds.every(isUserId), 'user_ids');
      return body;
    case 'removeMember':
      demand(isUserId(body.value.userId), 'user_id');
      return body;
    case 'sendMessage': {
      const { clientMessageId: asSent, replyToId, mentionUserIds } = body.value;
      const clientMessageId = asSent.toLowerCase();
      demand(uuidForm.test(clientMessageId), 'client_message_id');
      demand(replyToId === undefined || parseMessageId(replyToId) !== null, 'reply_to_id');
      demand(mentionUserIds.every(isUserId), 'mention_user_ids');
      return { $case: 'sendMessage', value: { ...body.value, clientMessageId } };
    }
    case 'updateConversation':
    case 'leaveConversation':
    case 'markRead':
      return body;
  }
}

function isUserId(text: string): boolean {
  return parseUserId(text) !== null;
}

function demand(holds: boolean, field: string): asserts holds {
  if (!holds) throw new Undecodable(`${field} is not valid`);
}
