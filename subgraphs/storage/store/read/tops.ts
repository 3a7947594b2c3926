/** LIVE: where the logs stand, which is what a cursor is made of; and SEND: where a conversation's commands go. Called over gRPC. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import type {
  PartitionTop,
  ReadConversationTopRequest,
  ReadConversationTopResponse,
  ReadInboxTopRequest,
  ReadInboxTopResponse,
  ReadRouteRequest,
  ReadRouteResponse,
} from '#schema/generated/message_store.ts';
import { Conversation } from '../db/entities.ts';
import { query } from '../db/statements.ts';
import { NotVisible } from '../errors.ts';

/** The oldest event that is kept, or the one after the last when all are dropped; partition_log says which are. */
const conversationStatement = {
  name: 'conversation-top',
  text: `SELECT c.last_event_seq,
      COALESCE(
        (SELECT event_seq FROM conversation_event WHERE conversation_id = c.id
          AND log_seq >= (SELECT first_log_seq FROM partition_log WHERE partition = c.partition)
          ORDER BY log_seq LIMIT 1),
        c.last_event_seq + 1) AS first_event_seq,
      (SELECT log_epoch FROM log_identity) AS log_epoch
    FROM membership m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.conversation_id = $1 AND m.user_id = $2`,
};

/** One statement, so one snapshot: who is in the list is a member as of these very positions. */
const inboxStatement = {
  name: 'inbox-top',
  text: `SELECT (SELECT log_epoch FROM log_identity) AS log_epoch,
      ARRAY(SELECT conversation_id FROM membership WHERE user_id = $1 ORDER BY conversation_id) AS conversation_ids,
      (SELECT json_agg(json_build_object('partition', partition, 'logSeq', last_log_seq, 'firstLogSeq', first_log_seq)
        ORDER BY partition) FROM partition_log) AS partitions`,
};

/** Throws NotVisible when the viewer is not a member. */
export async function readConversationTop(
  pool: Pool,
  { viewerId, conversationId }: ReadConversationTopRequest,
): Promise<ReadConversationTopResponse> {
  type Row = { last_event_seq: number; first_event_seq: number; log_epoch: string };
  const [row] = await query<Row>(pool, conversationStatement, [conversationId, viewerId]);
  if (row === undefined) throw new NotVisible('not a member of the conversation');
  return { eventSeq: row.last_event_seq, firstEventSeq: row.first_event_seq, logEpoch: row.log_epoch };
}

export async function readInboxTop(
  pool: Pool,
  { viewerId }: ReadInboxTopRequest,
): Promise<ReadInboxTopResponse> {
  type Row = { log_epoch: string; conversation_ids: string[]; partitions: PartitionTop[] | null };
  const [row] = await query<Row>(pool, inboxStatement, [viewerId]);
  if (row === undefined) throw new Error('a statement without FROM gave no row');
  return {
    logEpoch: row.log_epoch,
    partitions: row.partitions ?? [],
    conversationIds: row.conversation_ids,
  };
}

/** Without a partition when there is no such conversation. */
export async function readRoute(
  orm: MikroORM,
  { conversationId }: ReadRouteRequest,
): Promise<ReadRouteResponse> {
  const row = await orm.em.fork().findOne(Conversation, { id: conversationId }, { fields: ['partition'] });
  return row === null ? {} : { partition: row.partition };
}
