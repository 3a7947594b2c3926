/** HISTORY: messages by id and by place in their conversation. Called over gRPC. */
import type { Pool } from 'pg';
import type {
  GetMessagesRequest,
  GetMessagesResponse,
  ListMessagesRequest,
  ListMessagesResponse,
} from '#schema/generated/message_store.ts';
import { query } from '../db/statements.ts';
import { InvalidRequest, NotVisible } from '../errors.ts';
import type { MessageRow } from '../message-row.ts';
import { messageColumns, toMessage } from '../message-row.ts';
import { pageSize } from './page-size.ts';

const getStatement = {
  name: 'get-messages',
  text: `SELECT ${messageColumns('m')} FROM message m
    JOIN membership s ON s.conversation_id = m.conversation_id AND s.user_id = $1
    WHERE m.id = ANY($2::text[])`,
};
const lastSeqStatement = {
  name: 'list-messages-last-seq',
  text: `SELECT c.last_seq FROM membership m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.conversation_id = $1 AND m.user_id = $2`,
};
const seqStatement = {
  name: 'list-messages-seq',
  text: 'SELECT seq FROM message WHERE conversation_id = $1 AND id = $2',
};
const rangeStatement = {
  name: 'list-messages-range',
  text: `SELECT ${messageColumns('m')} FROM message m
    WHERE m.conversation_id = $1 AND m.seq BETWEEN $2 AND $3 ORDER BY m.seq`,
};

/** Those the viewer may read. */
export async function getMessages(
  pool: Pool,
  { viewerId, messageIds }: GetMessagesRequest,
): Promise<GetMessagesResponse> {
  const rows = await query<MessageRow>(pool, getStatement, [viewerId, messageIds]);
  return { messages: rows.map(toMessage) };
}

/**
 * A window of a conversation. Seqs have no holes and rows are never removed, so a page is a range of numbers, and what lies before and
 * behind it is known without looking. Throws NotVisible for a non-member, InvalidRequest when the message in the middle is not of here.
 */
export async function listMessages(pool: Pool, request: ListMessagesRequest): Promise<ListMessagesResponse> {
  const { viewerId, conversationId } = request;
  const [top] = await query<{ last_seq: number }>(pool, lastSeqStatement, [conversationId, viewerId]);
  if (top === undefined) throw new NotVisible('not a member of the conversation');
  const lastSeq = top.last_seq;
  const { from, to } = await findRange(pool, request, lastSeq);
  const rows = from > to ? [] : await query<MessageRow>(pool, rangeStatement, [conversationId, from, to]);
  return { messages: rows.map(toMessage), hasPrevious: from > 1 && lastSeq > 0, hasNext: to < lastSeq };
}

interface Range {
  /** Both included; empty when from > to. */
  readonly from: number;
  readonly to: number;
}

async function findRange(
  pool: Pool,
  { conversationId, window, limit }: ListMessagesRequest,
  lastSeq: number,
): Promise<Range> {
  const size = pageSize(limit);
  switch (window?.$case) {
    case 'afterSeq': {
      const after = Math.min(Math.max(window.value, 0), lastSeq);
      return { from: after + 1, to: Math.min(after + size, lastSeq) };
    }
    case 'aroundMessageId': {
      const [middle] = await query<{ seq: number }>(pool, seqStatement, [conversationId, window.value]);
      if (middle === undefined) throw new InvalidRequest('the message is not of this conversation');
      const latest = Math.max(1, lastSeq - size + 1);
      const from = Math.min(Math.max(1, middle.seq - Math.floor((size - 1) / 2)), latest);
      return { from, to: Math.min(from + size - 1, Math.max(lastSeq, middle.seq)) };
    }
    case 'beforeSeq':
    case undefined: {
      const before =
        window === undefined || window.value <= 0 ? lastSeq + 1 : Math.min(window.value, lastSeq + 1);
      return { from: Math.max(1, before - size), to: before - 1 };
    }
  }
}
