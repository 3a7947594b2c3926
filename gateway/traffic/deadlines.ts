/**
 * Deadlines of many requests with one timer: it looks every now and then for those that are past theirs. A timer for each request would cost more than
 * the rest of keeping it. Made by subgraph-transport.ts, one for each subgraph; exchange.ts adds itself and takes itself off.
 */

/** What can be late. */
export interface Timed {
  /** Where it stands among the running; kept by Deadlines. */
  place: number;
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
  /**
   * Not a Set: one that something is added to and deleted from all the time is rebuilt all the time, each of its tables points to the next, and once one of them is old
   * they keep each other, with every request and answer in them, until the whole heap is collected.
   */
  readonly #running: Timed[] = [];
  readonly #tickMs: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number) {
    this.#tickMs = Math.min(Math.max(timeoutMs * precision, tickMsMin), tickMsMax);
  }

  add(timed: Timed): void {
    timed.place = this.#running.length;
    this.#running.push(timed);
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs);
  }

  /** Does nothing when it is not there any more. */
  delete(timed: Timed): void {
    const { place } = timed;
    if (this.#running[place] !== timed) return;
    const last = this.#running.pop() as Timed;
    if (last === timed) return;
    this.#running[place] = last;
    last.place = place;
  }

  /** Nothing expires any more. */
  [Symbol.dispose](): void {
    this.#stop();
    this.#running.length = 0;
  }

  #tick(): void {
    if (this.#running.length === 0) this.#stop();
    const nowMs = performance.now();
    const late = this.#running.filter(({ deadlineMs }) => deadlineMs <= nowMs);
    // The newest first: one that waits for the connection of an older one must not get it, being late itself.
    for (const timed of late.sort((one, other) => other.deadlineMs - one.deadlineMs)) {
      this.delete(timed);
      timed.expire();
    }
  }

  #stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
