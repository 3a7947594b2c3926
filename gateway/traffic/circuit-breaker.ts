/**
 * Leaves a copy of a subgraph alone that fails too often: while the circuit is open nobody is sent there, and a question of ours finds out when it answers
 * again, so no request of a client is put at risk for it. One for each copy, made and told by subgraph-copy.ts.
 */

export interface CircuitLimits {
  /** Share of the requests of a window that fails; 0: it never opens. */
  readonly failuresPercent: number;
  /** Fewer say nothing. */
  readonly requestsMin: number;
  readonly windowMs: number;
  /** Time until it is asked whether it answers. */
  readonly openMs: number;
}

export interface CircuitBreakerOptions {
  readonly limits: CircuitLimits;
  /** Does the copy answer again? Never rejects. */
  readonly probe: () => Promise<boolean>;
  /** Told of each change. */
  readonly onChange: (isOpen: boolean) => void;
}

export class CircuitBreaker implements Disposable {
  readonly #options: CircuitBreakerOptions;
  /** Half windows, so that old failures are forgotten bit by bit. */
  #current = { requests: 0, failures: 0 };
  #previous = { requests: 0, failures: 0 };
  #halfEndsAt = 0;
  #timer: NodeJS.Timeout | null = null;
  #isOpen = false;
  #isDisposed = false;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A request to the copy has ended. */
  note(isFailure: boolean, nowMs: number): void {
    const { failuresPercent, requestsMin, windowMs } = this.#options.limits;
    if (this.#isOpen || failuresPercent === 0) return;
    if (nowMs >= this.#halfEndsAt) this.#turn(nowMs, windowMs / 2);
    this.#current.requests += 1;
    if (!isFailure) return;
    this.#current.failures += 1;
    const requests = this.#current.requests + this.#previous.requests;
    const failures = this.#current.failures + this.#previous.failures;
    if (requests >= requestsMin && failures * 100 >= requests * failuresPercent) this.#open();
  }

  /** It stays as it is. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #turn(nowMs: number, halfMs: number): void {
    this.#previous = nowMs < this.#halfEndsAt + halfMs ? this.#current : { requests: 0, failures: 0 };
    this.#current = { requests: 0, failures: 0 };
    this.#halfEndsAt = nowMs + halfMs;
  }

  #open(): void {
    this.#isOpen = true;
    this.#options.onChange(true);
    this.#probeLater();
  }

  /** Not all gateways at once. */
  #probeLater(): void {
    if (this.#isDisposed) return;
    const waitMs = this.#options.limits.openMs * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => void this.#probe(), waitMs);
    this.#timer.unref();
  }

  async #probe(): Promise<void> {
    if (!(await this.#options.probe())) {
      this.#probeLater();
      return;
    }
    this.#isOpen = false;
    this.#halfEndsAt = 0;
    this.#previous = { requests: 0, failures: 0 };
    this.#current = { requests: 0, failures: 0 };
    this.#options.onChange(false);
  }
}
