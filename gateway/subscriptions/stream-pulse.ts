/**
 * LIVE 2/2: when a stream of server-sent events is silent for too long. Nothing in the protocol makes a subgraph send comments in between, so it is the
 * stream itself that says what to expect: one that sends them goes on doing so. Of one that never does, only TCP can tell that the host is gone.
 * Used by upstream-event-source.ts.
 */

/** Of the longest time between two comments. */
const patienceFactor = 2.5;
const silenceMinMs = 5_000;
/** Comments in quick succession are padding, and no rhythm. */
const gapMinMs = 1_000;

export class StreamPulse implements Disposable {
  readonly #onSilence: () => void;
  #lastCommentAt: number | null = null;
  #longestGapMs = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `onSilence` is told once. */
  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  noteBytes(): void {
    this.#timer?.refresh();
  }

  noteComment(): void {
    const now = performance.now();
    const gapMs = this.#lastCommentAt === null ? 0 : now - this.#lastCommentAt;
    this.#lastCommentAt = now;
    if (gapMs < gapMinMs || gapMs <= this.#longestGapMs) return;
    this.#longestGapMs = gapMs;
    this.#start();
  }

  /** It is not read for some time. */
  pause(): void {
    this.#stop();
    this.#lastCommentAt = null;
  }

  resume(): void {
    this.#start();
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  #start(): void {
    this.#stop();
    if (this.#longestGapMs === 0) return;
    const silenceMaxMs = Math.max(silenceMinMs, patienceFactor * this.#longestGapMs);
    this.#timer = setTimeout(this.#onSilence, silenceMaxMs);
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
