/** Waiting for something to become true. Used by the cases, the clients and the runner. */
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 5;

/** Resolves once it holds; rejects with `what` when that takes too long. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms for ${typeof what === 'string' ? what : what()}`);
    await delay(pollMs);
  }
}
