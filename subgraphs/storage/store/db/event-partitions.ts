/**
 * Keeps conversation_event in weekly partitions: made ahead of time here, dropped by event-retention.ts. Started by store.ts. What falls
 * outside them, after a jump of the clock, goes to the default partition: a missing partition never fails a write.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from '#platform/logger.ts';
import { dropExpiredEvents } from './event-retention.ts';
import { partitionsLockId, shortLocks, toPartitionName, weekMs } from './event-weeks.ts';
import { execute, inTransaction, query } from './statements.ts';

const weeksAhead = 4;
const checkMs = 6 * 60 * 60 * 1000;
const retryMs = 60 * 1000;

export interface EventPartitionOptions {
  readonly retentionDays: number;
  readonly logger: Logger;
}

/**
 * Makes and drops partitions now, then looks again every few hours until disposed. A failure is logged and tried again; writes go on
 * meanwhile.
 */
export function startEventPartitions(pool: Pool, options: EventPartitionOptions): AsyncDisposable {
  const stopping = new AbortController();
  const done = maintain(pool, options, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}

async function maintain(pool: Pool, options: EventPartitionOptions, signal: AbortSignal): Promise<void> {
  const { retentionDays, logger } = options;
  const create = async () => {
    const areThere = await createEventPartitions(pool, Date.now());
    if (!areThere) logger.warn('conversation_event_rest is too large for new weeks beside it, it takes them');
  };
  const drop = async () => {
    const dropped = await dropExpiredEvents(pool, { retentionDays, nowMs: Date.now() });
    if (dropped !== null) logger.info(dropped, 'events older than the retention were dropped');
  };
  while (!signal.aborted) {
    let pauseMs = checkMs;
    for (const work of [create, drop]) {
      try {
        await work();
      } catch (error) {
        pauseMs = retryMs;
        logger.warn({ err: error }, 'event partitions could not be made or dropped, trying again');
      }
    }
    // Rejects only when aborted, which the loop's condition sees.
    await delay(pauseMs, undefined, { signal, ref: false }).catch(() => null);
  }
}

/**
 * Those of this week and the next ones that are missing. False when the default partition, which takes their events until they are there, has
 * become too large for that.
 */
export async function createEventPartitions(pool: Pool, nowMs: number): Promise<boolean> {
  const [rest] = await query<{ bytes: number }>(pool, restSizeStatement, []);
  if (rest === undefined || rest.bytes > restBytesMax) return false;
  const thisWeek = Math.floor(nowMs / weekMs);
  for (let week = thisWeek; week <= thisWeek + weeksAhead; week += 1) await createPartition(pool, week);
  return true;
}

/** Making a partition reads all of the default one while writes wait. */
const restBytesMax = 256 * 1024 * 1024;
const restSizeStatement = { name: '', text: `SELECT pg_relation_size('conversation_event_rest') AS bytes` };
const existing = { name: 'event-partition-exists', text: 'SELECT 1 FROM pg_class WHERE relname = $1' };
const takenStatement = {
  name: 'event-partition-taken',
  text: 'SELECT 1 FROM conversation_event_rest WHERE logged_at_ms >= $1 AND logged_at_ms < $2 LIMIT 1',
};

const lockStatement = { name: '', text: 'SELECT pg_advisory_xact_lock($1)' };

/**
 * Attaching a partition locks the default one for a moment: only done when it is missing. A week of which the default partition
 * holds events already, as after a jump of the clock, stays there: Postgres refuses a partition beside them.
 */
async function createPartition(pool: Pool, week: number): Promise<void> {
  const name = toPartitionName(week);
  const [from, to] = [week * weekMs, (week + 1) * weekMs];
  if ((await query(pool, existing, [name])).length > 0) return;
  if ((await query(pool, takenStatement, [from, to])).length > 0) return;
  const text = `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF conversation_event FOR VALUES FROM (${from}) TO (${to})`;
  await inTransaction(pool, shortLocks, async (client) => {
    await query(client, lockStatement, [partitionsLockId]);
    await execute(client, { name: '', text }, []);
  });
}
