/**
 * Work that an answer does not wait for: mails, text messages and what must not show in the time of an
 * answer. Made by auth.ts; disposing it waits for what runs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/logger.ts';

const waitMs = [500, 2_000, 5_000];
const stopMaxMs = 10_000;

export interface BackgroundWork extends AsyncDisposable {
  /**
   * Starts it; dropped with a line in the log when too much is running. `name` goes to the log, nothing else
   * does.
   */
  run(name: string, work: () => Promise<void>): void;
}

/** Runs at most `jobsMax` at once. */
export function createBackgroundWork({
  jobsMax,
  logger,
}: {
  jobsMax: number;
  logger: Logger;
}): BackgroundWork {
  const running = new Set<Promise<void>>();
  return {
    run(name, work) {
      if (running.size >= jobsMax) {
        logger.error({ job: name, jobsMax }, 'too much work in the background, this is dropped');
        return;
      }
      const job = work()
        .catch((error: unknown) => logger.error({ job: name, err: error }, 'work in the background failed'))
        .finally(() => running.delete(job));
      running.add(job);
    },
    async [Symbol.asyncDispose]() {
      const late = new AbortController();
      const overdue = delay(stopMaxMs, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
      await Promise.race([Promise.all(running), overdue]);
      late.abort();
      if (running.size > 0) logger.error({ jobs: running.size }, 'stopping with work unfinished');
    },
  };
}

/** Tries again after 0.5, 2 and 5 s; rejects with the last failure. */
export async function retry(work: () => Promise<void>): Promise<void> {
  for (const pauseMs of waitMs) {
    try {
      return await work();
    } catch {
      await delay(pauseMs);
    }
  }
  return work();
}
