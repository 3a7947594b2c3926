/**
 * LIVE: the events of everything the viewer belongs or belonged to, partition by partition, in log order. Called over gRPC.
 * First only the numbers are looked up, conversation by conversation, so that the cost is that of the viewer's own events and not of the
 * whole log; then the events are fetched by number, a page at a time.
 */
import type { Pool } from 'pg';
import type { PartitionRange, ReplayInboxRequest } from '#schema/generated/message_store.ts';
import { query } from '../db/statements.ts';
import type { RawEventBatch } from './event-batches.ts';
import { pageEventsMax } from './event-batches.ts';

const numbersMax = 10_000;

/** Only periods that touch the range, and only of conversations in which something happened after its beginning. */
const numbersStatement = {
  name: 'replay-inbox-numbers',
  text: `SELECT e.log_seq FROM membership_period p
    JOIN conversation c ON c.id = p.conversation_id AND c.last_log_seq > $3
    CROSS JOIN LATERAL (
      SELECT log_seq FROM conversation_event
      WHERE conversation_id = p.conversation_id
        AND log_seq > GREATEST($3::bigint, p.joined_log_seq - 1)
        AND log_seq <= LEAST($4::bigint, p.left_log_seq)
      ORDER BY log_seq LIMIT $5
    ) e
    WHERE p.user_id = $1 AND p.partition = $2
      AND p.joined_log_seq <= $4 AND (p.left_log_seq IS NULL OR p.left_log_seq > $3)
    ORDER BY e.log_seq LIMIT $5`,
};
const eventsStatement = {
  name: 'replay-inbox-events',
  text: `SELECT event FROM conversation_event WHERE partition = $1 AND log_seq = ANY($2::bigint[]) ORDER BY log_seq`,
};

/** Events of (after, up to] per range; of each period of membership the MemberJoined and MemberLeft that bound it are part. */
export async function* replayInbox(
  pool: Pool,
  { viewerId, ranges }: ReplayInboxRequest,
  signal: AbortSignal,
): AsyncGenerator<RawEventBatch, void> {
  for (const range of ranges) yield* replayPartition(pool, { viewerId, range }, signal);
}

async function* replayPartition(
  pool: Pool,
  { viewerId, range }: { viewerId: string; range: PartitionRange },
  signal: AbortSignal,
): AsyncGenerator<RawEventBatch, void> {
  const { partition, upToLogSeq } = range;
  let after = range.afterLogSeq;
  while (after < upToLogSeq && !signal.aborted) {
    const rows = await query<{ log_seq: number }>(pool, numbersStatement, [
      viewerId,
      partition,
      after,
      upToLogSeq,
      numbersMax,
    ]);
    for (let start = 0; start < rows.length && !signal.aborted; start += pageEventsMax) {
      const numbers = rows.slice(start, start + pageEventsMax).map((row) => row.log_seq);
      const events = await query<{ event: Buffer }>(pool, eventsStatement, [partition, numbers]);
      yield { events: events.map(({ event }) => event) };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < numbersMax) return;
    after = last.log_seq;
  }
}
