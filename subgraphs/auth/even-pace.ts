/**
 * Hides from the time of an answer what it found. Called by the resolvers whose answer must not tell whether
 * an account exists.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Well above what the statements take that are run for one answer and not for the other. */
const paceMs = 50;

/** The result or the failure of the work, not before `paceMs` and otherwise at a multiple of it. */
export async function answerEvenly<T>(work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  try {
    return await work();
  } finally {
    const passedMs = performance.now() - startedAt;
    await delay(Math.ceil(passedMs / paceMs) * paceMs - passedMs);
  }
}
