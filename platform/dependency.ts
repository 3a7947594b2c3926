/**
 * A process that starts before what it stands on waits for it and says so, instead of ending: machines that come back after a power cut start
 * everything at once. Called by the composition roots through kafka/await-kafka.ts and postgres.ts.
 */
import { pause, systemClock } from './clock.ts';
import type { Logger } from './logger.ts';

export interface Dependency {
  readonly name: string;
  /** Whether an error says that it is away, so that a repeat may cure it. */
  isAway(error: unknown): boolean;
}

export interface Waiting {
  readonly logger: Logger;
  /** Ends the waiting; aborted when the process is told to stop. */
  readonly signal: AbortSignal;
}

const repeatMs = 500;
const remindMs = 10_000;

/** Repeats `work` for as long as its dependency is away. Rejects with any other error, and with the last one when the signal aborts. */
export async function awaitDependency<Result>(
  { name, isAway }: Dependency,
  work: () => Promise<Result>,
  { logger, signal }: Waiting,
): Promise<Result> {
  let toldAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isAway(error)) throw error;
      if (performance.now() - toldAt > remindMs) {
        toldAt = performance.now();
        logger.warn({ err: error }, `${name} does not answer, waiting for it`);
      }
    }
    await pause(systemClock, repeatMs, signal);
  }
}
