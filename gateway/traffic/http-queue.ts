/** HISTORY and SEND: requests that wait for a connection to a copy of a subgraph, the oldest first. Those that nobody waits for any more do not stay for long. Used by http-pool.ts. */

export interface Queued {
  /** Does anybody wait for it? */
  readonly isWanted: boolean;
  /** Is it in the queue? Kept by the queue. */
  isQueued: boolean;
}

/** What has been taken is cut off when it is that much and more than half. */
const takenMax = 1_024;

export class HttpQueue<One extends Queued> {
  #queued: (One | null)[] = [];
  /** Where the oldest stands. */
  #first = 0;
  #unwanted = 0;

  /** Of those that are wanted. */
  get size(): number {
    return this.#queued.length - this.#first - this.#unwanted;
  }

  push(one: One): void {
    one.isQueued = true;
    this.#queued.push(one);
  }

  /** The oldest that is wanted. */
  shift(): One | undefined {
    while (this.#first < this.#queued.length) {
      const one = this.#queued[this.#first] as One;
      this.#queued[this.#first] = null;
      this.#first += 1;
      one.isQueued = false;
      if (this.#first > takenMax && 2 * this.#first > this.#queued.length) this.#cut();
      if (one.isWanted) return one;
      this.#unwanted -= 1;
    }
    return undefined;
  }

  /** One of them is not wanted any more. */
  noteUnwanted(): void {
    this.#unwanted += 1;
    if (2 * this.#unwanted <= this.#queued.length - this.#first) return;
    this.#cut();
    this.#queued = this.#queued.filter((one) => one?.isWanted);
    this.#unwanted = 0;
  }

  #cut(): void {
    this.#queued = this.#queued.slice(this.#first);
    this.#first = 0;
  }
}
