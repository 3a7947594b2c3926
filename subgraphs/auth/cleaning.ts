/** Deletes expired rows from time to time. Made by auth.ts; calls db/expired-rows.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/logger.ts';
import type { Database } from './db/database.ts';
import { deleteExpired } from './db/expired-rows.ts';

const pauseMs = 10 * 60_000;

/** Runs until disposed. */
export function startCleaning(database: Database, logger: Logger): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await database.read(deleteExpired);
      } catch (error) {
        logger.warn({ err: error }, 'expired rows could not be deleted, they wait');
      }
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const done = run();
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}
