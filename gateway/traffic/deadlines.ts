/**
 * Deadlines of many requests with one timer: it looks every now and then for those that are past theirs. A timer for each request would cost more than
 * the rest of keeping it. Made by subgraph-transport.ts, one for each subgraph; exchange.ts adds itself and takes itself off.
 */

/** What can be late. */
export interface Timed {
  /** On the clock of performance.now(). */
  readonly deadlineMs: number;
  /** Called once, after the deadline, unless it was taken off before. */
  expire(): void;
}

/** A deadline is kept to within this part of the time it gives. */
const precision = 0.02;
const tickMsMin = 5;
const tickMsMax = 100;

export class Deadlines implements Disposable {
  readonly #running = new Set<Timed>();
  readonly #tickMs: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number) {
    this.#tickMs = Math.min(Math.max(timeoutMs * precision, tickMsMin), tickMsMax);
  }

  add(timed: Timed): void {
    this.#running.add(timed);
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs);
  }

  delete(timed: Timed): void {
    this.#running.delete(timed);
  }

  /** Nothing expires any more. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#running.clear();
  }

  #tick(): void {
    if (this.#running.size === 0) this.#stop();
    const nowMs = performance.now();
    const late = [...this.#running].filter(({ deadlineMs }) => deadlineMs <= nowMs);
    // The newest first: one that waits for the connection of an older one must not get it, being late itself.
    for (const timed of late.reverse()) {
      this.#running.delete(timed);
      timed.expire();
    }
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
