/** Simulated time, for tests/simulation/ and for unit tests of what waits: it moves when it is told to, from timer to timer. */
import type { Clock } from '#platform/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

export class SimulatedClock implements Clock {
  #now = 0;
  /** The next one last; of two that are due at once, the one that was set first comes first. */
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), callback, isCancelled: false };
    this.#timers.splice(this.#findPlace(timer.at), 0, timer);
    return () => {
      timer.isCancelled = true;
    };
  }

  /** Runs what is due within `ms`; between two timers every promise that can settle does. */
  advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    return new Promise((resolve) => {
      const step = () => {
        const due = this.#takeDue(until);
        if (due === null) {
          this.#now = until;
          resolve();
          return;
        }
        this.#now = due.at;
        due.callback();
        // A promise's `then`s all run before this does, so the next timer finds what this one has caused.
        setImmediate(step);
      };
      setImmediate(step);
    });
  }

  #takeDue(until: number): Timer | null {
    for (let next = this.#timers.at(-1); next !== undefined && next.at <= until; next = this.#timers.at(-1)) {
      this.#timers.pop();
      if (!next.isCancelled) return next;
    }
    return null;
  }

  /** Behind all that are due later. */
  #findPlace(at: number): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
