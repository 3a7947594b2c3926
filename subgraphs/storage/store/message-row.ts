/** A row of the message table and the Message it is. Used by append/load.ts and read/. */
import type { Message } from '#schema/generated/events.ts';

export interface MessageRow {
  conversation_id: string;
  seq: number;
  id: string;
  sender_id: string;
  client_message_id: string;
  text: string | null;
  reply_to_id: string | null;
  mention_user_ids: string[];
  version: number;
  created_at_ms: number;
  edited_at_ms: number | null;
  deleted_at_ms: number | null;
}

const names = [
  'conversation_id',
  'seq',
  'id',
  'sender_id',
  'client_message_id',
  'text',
  'reply_to_id',
  'mention_user_ids',
  'version',
  'created_at_ms',
  'edited_at_ms',
  'deleted_at_ms',
] as const satisfies readonly (keyof MessageRow)[];

/** What to select for a MessageRow from a table with this alias. */
export function messageColumns(alias: string): string {
  return names.map((name) => `${alias}.${name}`).join(', ');
}

/** The message a row holds. */
export function toMessage(row: MessageRow): Message {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    clientMessageId: row.client_message_id,
    senderId: row.sender_id,
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.reply_to_id === null ? {} : { replyToId: row.reply_to_id }),
    mentionUserIds: row.mention_user_ids,
    version: row.version,
    createdAtMs: row.created_at_ms,
    ...(row.edited_at_ms === null ? {} : { editedAtMs: row.edited_at_ms }),
    ...(row.deleted_at_ms === null ? {} : { deletedAtMs: row.deleted_at_ms }),
  };
}
