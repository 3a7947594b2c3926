/**
 * Drops the events that are older than the retention; messages stay. Called by event-partitions.ts every few hours, in every copy.
 *
 * partition_log.first_log_seq is the truth about what is kept: it moves in the transaction that drops the tables, and whoever reads
 * events goes by it. Within one partition of the log the time of logging never falls, so what is dropped is always a beginning of the
 * log. Whole weeks go: an event stays between the retention and a week longer.
 *
 * Clocks are not trusted with this. A clock that jumps ahead by a year makes everything look old, so, whatever it says, as many weeks
 * in which something was logged as the retention is long are kept: a log that was quiet for a while keeps its last events longer
 * than asked, and no jump takes from a client the events it has not seen yet.
 */
import type { Pool, PoolClient } from 'pg';
import { partitionsLockId, shortLocks, toPartitionName, weekMs } from './event-weeks.ts';
import { execute, inTransaction, query } from './statements.ts';

export interface RetentionOptions {
  readonly retentionDays: number;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

export interface DroppedEvents {
  /** Events logged before are gone. */
  readonly keptFrom: string;
  readonly tables: readonly string[];
  /** Partition of the log -> first event that is kept. */
  readonly firstLogSeqs: Readonly<Record<number, number>>;
}

const dayMs = 24 * 60 * 60 * 1000;
const deletedAtOnceMax = 5_000;

/** What was dropped; null when nothing was, or another copy is at it. Throws DatabaseUnavailable when the locks can't be had at once. */
export async function dropExpiredEvents(
  pool: Pool,
  options: RetentionOptions,
): Promise<DroppedEvents | null> {
  const weeks = await findWeeks(pool);
  const keptFromMs = await findKeptFrom(pool, weeks, options);
  const tables = weeks.filter((week) => (week + 1) * weekMs <= keptFromMs).map(toPartitionName);
  const dropped = await dropBefore(pool, keptFromMs, tables);
  await deleteLeftovers(pool);
  return dropped;
}

const weeksStatement = {
  name: '',
  text: `SELECT substring(c.relname from '^conversation_event_week_(\\d+)$')::int AS week
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'conversation_event'::regclass AND c.relname ~ '^conversation_event_week_\\d+$' ORDER BY 1`,
};

/** Weeks that have a table of their own. */
async function findWeeks(pool: Pool): Promise<number[]> {
  return (await query<{ week: number }>(pool, weeksStatement, [])).map(({ week }) => week);
}

/** The beginning of the oldest week that is kept. */
async function findKeptFrom(
  pool: Pool,
  weeks: readonly number[],
  { retentionDays, nowMs }: RetentionOptions,
): Promise<number> {
  const oldestByClock = Math.floor((nowMs - retentionDays * dayMs) / weekMs);
  const keptMin = Math.ceil((retentionDays * dayMs) / weekMs);
  const used = await findUsedWeeks(pool, weeks, keptMin);
  const oldestByUse = used[keptMin - 1];
  return oldestByUse === undefined ? 0 : Math.min(oldestByClock, oldestByUse) * weekMs;
}

/** Weeks in which something was logged, newest first, at least `count` of them if there are as many. */
async function findUsedWeeks(pool: Pool, weeks: readonly number[], count: number): Promise<number[]> {
  const used = new Set<number>();
  for (const week of weeks.toReversed()) {
    if (used.size >= count) break;
    const text = `SELECT 1 FROM ${toPartitionName(week)} LIMIT 1`;
    if ((await query(pool, { name: '', text }, [])).length > 0) used.add(week);
  }
  let before = Number.MAX_SAFE_INTEGER;
  for (let found = 0; found < count; found += 1) {
    const [row] = await query<{ newest: number | null }>(pool, newestRestStatement, [before]);
    const newest = row?.newest ?? null;
    if (newest === null) break;
    used.add(Math.floor(newest / weekMs));
    before = Math.floor(newest / weekMs) * weekMs;
  }
  return [...used].sort((one, other) => other - one);
}

const newestRestStatement = {
  name: '',
  text: 'SELECT max(logged_at_ms) AS newest FROM conversation_event_rest WHERE logged_at_ms < $1',
};
const oldRestStatement = {
  name: '',
  text: 'SELECT 1 FROM conversation_event_rest WHERE logged_at_ms < $1 LIMIT 1',
};
const tryLockStatement = { name: '', text: 'SELECT pg_try_advisory_xact_lock($1) AS locked' };
/** The rows come before the table, as in append.ts, and no batch is applied while the first event kept is looked for. */
const lockLogsStatement = {
  name: '',
  text: 'SELECT partition FROM partition_log ORDER BY partition FOR NO KEY UPDATE',
};
const moveFirstStatement = {
  name: '',
  text: `UPDATE partition_log l SET first_log_seq = GREATEST(l.first_log_seq, COALESCE(
      (SELECT log_seq FROM conversation_event e WHERE e.partition = l.partition AND e.logged_at_ms >= $1
        ORDER BY log_seq LIMIT 1),
      l.last_log_seq + 1))
    RETURNING partition, first_log_seq`,
};

async function dropBefore(
  pool: Pool,
  keptFromMs: number,
  tables: readonly string[],
): Promise<DroppedEvents | null> {
  const isOldInRest = (await query(pool, oldRestStatement, [keptFromMs])).length > 0;
  if (tables.length === 0 && !isOldInRest) return null;
  return inTransaction(pool, shortLocks, async (client) => {
    const [lock] = await query<{ locked: boolean }>(client, tryLockStatement, [partitionsLockId]);
    if (lock?.locked !== true) return null;
    const firstLogSeqs = await moveFirst(client, keptFromMs);
    for (const table of tables) {
      await execute(client, { name: '', text: `DROP TABLE IF EXISTS ${table}` }, []);
    }
    return { keptFrom: new Date(keptFromMs).toISOString(), tables, firstLogSeqs };
  });
}

async function moveFirst(client: PoolClient, keptFromMs: number): Promise<Record<number, number>> {
  await query(client, lockLogsStatement, []);
  type Row = { partition: number; first_log_seq: number };
  const rows = await query<Row>(client, moveFirstStatement, [keptFromMs]);
  return Object.fromEntries(rows.map((row) => [row.partition, row.first_log_seq]));
}

const partitionsStatement = { name: '', text: 'SELECT partition FROM partition_log ORDER BY partition' };
const leftoversStatement = {
  name: '',
  text: `DELETE FROM conversation_event_rest r USING (
      SELECT e.partition, e.log_seq, e.logged_at_ms FROM conversation_event_rest e
      WHERE e.partition = $1 AND e.log_seq < (SELECT first_log_seq FROM partition_log WHERE partition = $1)
      ORDER BY e.log_seq LIMIT $2) old
    WHERE r.partition = old.partition AND r.log_seq = old.log_seq AND r.logged_at_ms = old.logged_at_ms`,
};

/** The default partition can't be dropped: its expired rows, which no reader is shown any more, are deleted in small steps. */
async function deleteLeftovers(pool: Pool): Promise<void> {
  for (const { partition } of await query<{ partition: number }>(pool, partitionsStatement, [])) {
    let deleted = deletedAtOnceMax;
    while (deleted === deletedAtOnceMax) {
      deleted = await execute(pool, leftoversStatement, [partition, deletedAtOnceMax]);
    }
  }
}
