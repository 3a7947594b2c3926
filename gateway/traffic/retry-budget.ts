/** How many queries to a subgraph may be repeated: a share of all, so that a subgraph that can't keep up does not get several times the work. One per subgraph. */

/** Repeats that a quiet subgraph has saved up. */
const savedMax = 10;

export class RetryBudget {
  readonly #perRequest: number;
  #left = savedMax;

  /** `percent` of the requests. */
  constructor(percent: number) {
    this.#perRequest = percent / 100;
  }

  noteRequest(): void {
    this.#left = Math.min(this.#left + this.#perRequest, savedMax);
  }

  /** False when there is none left. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
