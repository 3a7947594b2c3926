/**
 * Creates the weekly partitions of conversation_event ahead of time. Started by store.ts. What falls outside them, after a jump of the
 * clock, goes to the default partition: a missing partition never fails a write.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from '#platform/logger.ts';
import { execute, inTransaction, query } from './statements.ts';

const weekMs = 7 * 24 * 60 * 60 * 1000;
const weeksAhead = 4;
const checkMs = 6 * 60 * 60 * 1000;
const retryMs = 60 * 1000;

const existing = { name: 'event-partition-exists', text: 'SELECT 1 FROM pg_class WHERE relname = $1' };

/** Creates them now, then looks again every few hours until disposed. A failure is logged and tried again; writes go on meanwhile. */
export function startEventPartitions(pool: Pool, logger: Logger): AsyncDisposable {
  const stopping = new AbortController();
  const done = keepAhead(pool, logger, stopping.signal);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}

async function keepAhead(pool: Pool, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let pauseMs = checkMs;
    try {
      const thisWeek = Math.floor(Date.now() / weekMs);
      for (let week = thisWeek; week <= thisWeek + weeksAhead; week += 1) await createPartition(pool, week);
    } catch (error) {
      pauseMs = retryMs;
      logger.warn({ err: error }, 'event partitions could not be created ahead');
    }
    // Rejects only when aborted, which the loop's condition sees.
    await delay(pauseMs, undefined, { signal, ref: false }).catch(() => null);
  }
}

/** Attaching a partition locks the default one for a moment: only done when it is missing. */
async function createPartition(pool: Pool, week: number): Promise<void> {
  const name = `conversation_event_week_${week}`;
  if ((await query(pool, existing, [name])).length > 0) return;
  const bounds = `FROM (${week * weekMs}) TO (${(week + 1) * weekMs})`;
  await inTransaction(pool, '', (client) =>
    execute(
      client,
      {
        name: '',
        text: `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF conversation_event FOR VALUES ${bounds}`,
      },
      [],
    ),
  );
}
