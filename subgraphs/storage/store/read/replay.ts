/** LIVE: the events of one conversation after a position, and for PERSIST those of one partition. Called over gRPC. */
import type { Pool } from 'pg';
import type { ReadLogRequest, ReplayRequest } from '#schema/generated/message_store.ts';
import { query } from '../db/statements.ts';
import { Expired, NotVisible } from '../errors.ts';
import type { RawEventBatch } from './event-batches.ts';
import { pageEventsMax, readPages } from './event-batches.ts';

const topStatement = {
  name: 'replay-top',
  text: `SELECT c.last_event_seq FROM membership m JOIN conversation c ON c.id = m.conversation_id
    WHERE m.conversation_id = $1 AND m.user_id = $2`,
};
const replayStatement = {
  name: 'replay-page',
  text: `SELECT event_seq AS position, event FROM conversation_event
    WHERE conversation_id = $1 AND event_seq > $2 AND event_seq <= $3 ORDER BY event_seq LIMIT $4`,
};
const logTopStatement = {
  name: 'read-log-top',
  text: 'SELECT first_log_seq, last_log_seq FROM partition_log WHERE partition = $1',
};
const logStatement = {
  name: 'read-log-page',
  text: `SELECT log_seq AS position, event FROM conversation_event
    WHERE partition = $1 AND log_seq > $2 AND log_seq <= $3 ORDER BY log_seq LIMIT $4`,
};

interface EventRow {
  readonly position: number;
  readonly event: Buffer;
}

/**
 * Events of (after, up to] in order. Throws NotVisible when the viewer is not a member, also when that happens between two pages, and
 * Expired when retention has dropped some of them. The end is fixed when it begins: what happens meanwhile is not part of it.
 */
export async function* replay(
  pool: Pool,
  request: ReplayRequest,
  signal: AbortSignal,
): AsyncGenerator<RawEventBatch, void> {
  const { viewerId, conversationId, afterEventSeq, limit } = request;
  const top = await readTop(pool, viewerId, conversationId);
  const asked = request.upToEventSeq === 0 ? top : Math.min(request.upToEventSeq, top);
  const upTo = limit === 0 ? asked : Math.min(asked, afterEventSeq + limit);
  let isFirst = true;
  yield* readPages<EventRow>(
    (row) => row.position,
    { after: afterEventSeq, signal },
    async (after) => {
      if (after >= upTo) return [];
      if (!isFirst) await readTop(pool, viewerId, conversationId);
      isFirst = false;
      const rows = await query<EventRow>(pool, replayStatement, [conversationId, after, upTo, pageEventsMax]);
      requireDense(rows, { after, upTo });
      return rows;
    },
  );
}

/** Numbers of a conversation have no holes: one can only come from a drop, which may also happen between two pages. */
function requireDense(rows: readonly EventRow[], { after, upTo }: { after: number; upTo: number }): void {
  const expected = Math.min(upTo, after + pageEventsMax);
  if (rows.length === expected - after && rows.at(-1)?.position === expected) return;
  throw new Expired(`events after ${after} are not kept any more`);
}

/** Events of one partition after a position, to the end as of now; from the first one that is kept when that is later. */
export async function* readLog(
  pool: Pool,
  { partition, afterLogSeq }: ReadLogRequest,
  signal: AbortSignal,
): AsyncGenerator<RawEventBatch, void> {
  type Row = { first_log_seq: number; last_log_seq: number };
  const [log] = await query<Row>(pool, logTopStatement, [partition]);
  const upTo = log?.last_log_seq ?? 0;
  const from = Math.max(afterLogSeq, (log?.first_log_seq ?? 1) - 1);
  yield* readPages<EventRow>(
    (row) => row.position,
    { after: from, signal },
    async (after) =>
      after >= upTo ? [] : query<EventRow>(pool, logStatement, [partition, after, upTo, pageEventsMax]),
  );
}

async function readTop(pool: Pool, viewerId: string, conversationId: string): Promise<number> {
  const [row] = await query<{ last_event_seq: number }>(pool, topStatement, [conversationId, viewerId]);
  if (row === undefined) throw new NotVisible('not a member of the conversation');
  return row.last_event_seq;
}
