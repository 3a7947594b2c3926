/**
 * LIVE: the events of everything the viewer belongs or belonged to, partition by partition, in log order. Called over gRPC.
 * First only the numbers are looked up, conversation by conversation, so that the cost is that of the viewer's own events and not of the
 * whole log; then the events are fetched by number, a page at a time.
 */
import type { Pool } from 'pg';
import type { PartitionRange, ReplayInboxRequest } from '#schema/generated/message_store.ts';
import { query } from '../db/statements.ts';
import { Expired } from '../errors.ts';
import type { RawEventBatch } from './event-batches.ts';
import { pageEventsMax } from './event-batches.ts';

const numbersMax = 10_000;

/**
 * Only periods that touch the range, and only of conversations in which something happened after its beginning. At least one row, which
 * says in the same snapshot from where on events are kept: numbers of an inbox have holes, so a dropped event would not be missed.
 */
const numbersStatement = {
  name: 'replay-inbox-numbers',
  text: `SELECT l.first_log_seq, n.log_seq FROM (VALUES (1)) AS one
    LEFT JOIN partition_log l ON l.partition = $2
    LEFT JOIN (
      SELECT e.log_seq FROM membership_period p
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
      ORDER BY e.log_seq LIMIT $5
    ) n ON true
    ORDER BY n.log_seq`,
};
const eventsStatement = {
  name: 'replay-inbox-events',
  text: `SELECT event FROM conversation_event WHERE partition = $1 AND log_seq = ANY($2::bigint[]) ORDER BY log_seq`,
};

/**
 * Events of (after, up to] per range; of each period of membership the MemberJoined and MemberLeft that bound it are part. Throws Expired
 * when retention has dropped some of the range, also when that happens between two pages.
 */
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
  let after = range.afterLogSeq;
  while (after < range.upToLogSeq && !signal.aborted) {
    const numbers = await readNumbers(pool, viewerId, { ...range, afterLogSeq: after });
    for (let start = 0; start < numbers.length && !signal.aborted; start += pageEventsMax) {
      yield await readEvents(pool, range.partition, numbers.slice(start, start + pageEventsMax));
    }
    const last = numbers.at(-1);
    if (last === undefined || numbers.length < numbersMax) return;
    after = last;
  }
}

async function readNumbers(
  pool: Pool,
  viewerId: string,
  { partition, afterLogSeq, upToLogSeq }: PartitionRange,
): Promise<number[]> {
  type Row = { first_log_seq: number | null; log_seq: number | null };
  const values = [viewerId, partition, afterLogSeq, upToLogSeq, numbersMax];
  const rows = await query<Row>(pool, numbersStatement, values);
  const first = rows[0]?.first_log_seq ?? 1;
  if (afterLogSeq < first - 1) {
    throw new Expired(`events after ${afterLogSeq} of partition ${partition} are not kept any more`);
  }
  return rows.flatMap(({ log_seq: logSeq }) => (logSeq === null ? [] : [logSeq]));
}

async function readEvents(pool: Pool, partition: number, numbers: readonly number[]): Promise<RawEventBatch> {
  const rows = await query<{ event: Buffer }>(pool, eventsStatement, [partition, numbers]);
  if (rows.length < numbers.length) {
    throw new Expired(`events from ${numbers[0]} of partition ${partition} are not kept any more`);
  }
  return { events: rows.map(({ event }) => event) };
}
