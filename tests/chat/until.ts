/** Waiting in the tests of chat. */
import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the condition holds; rejects with `what` after `timeoutMs`. */
export async function until(what: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(10);
  }
}
