/**
 * LIVE 2/2: one subscriber's stream of events, resumable, each exactly once and in order. Phases: catch up
 * (register for live events, read the top, replay from the store up to it), then follow what has arrived
 * since; a full buffer or a hole leads back to catching up. Called by the subscriptions' resolvers; calls a
 * StreamSource (conversation-source.ts, inbox-source.ts). No I/O of its own.
 */
import type { Clock } from '#platform/clock.ts';
import { pause } from '#platform/clock.ts';
import { reachFailPoint } from '#platform/fail-points.ts';
import type { ResyncReason } from '#schema/generated/chat_resolvers.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import type { Arrival, BufferLimits, BufferReader } from './live-buffer.ts';
import { LiveBuffer } from './live-buffer.ts';
import { Outlet, OutletClosed } from './outlet.ts';
import type { Position } from './position.ts';
import { furthest, isBehind } from './position.ts';

/** What the store says of the log at one moment. */
interface Top {
  readonly logEpoch: string;
  readonly last: Position;
  /** Number of the first event that is still kept, per lane. */
  readonly first: Position;
}

/** Where a kind of stream gets its events. */
export interface StreamSource {
  /** Registers the buffer, then reads the top: every event above it comes to the buffer, in order. */
  attach(buffer: LiveBuffer, signal: AbortSignal): Promise<Top>;
  detach(buffer: LiveBuffer): void;
  /** Events in (after, upTo], in order. */
  replay(
    range: { after: Position; upTo: Position },
    signal: AbortSignal,
  ): AsyncIterable<readonly ChatEvent[]>;
  numberOf(event: ChatEvent): { readonly lane: number; readonly seq: number };
  /** Where a subscriber stands after the event; `seen` is what the hub had seen of all lanes by then, null for an event from the store. */
  positionAfter(position: Position | null, event: ChatEvent, seen: Position | null): Position;
  /** Whether the numbers that this subscriber sees have no holes. */
  readonly isDense: boolean;
  /** The error that ends the stream right after a live event, or null. */
  endsAfter(event: ChatEvent): Error | null;
  /** What to do with a failure of attach or replay: try again, or end the stream with the error it gives. */
  judge(error: unknown): { readonly retry: boolean; readonly error: unknown };
}

export type StreamItem =
  | {
      readonly kind: 'event';
      readonly event: ChatEvent;
      readonly logEpoch: string;
      readonly position: Position;
    }
  | { readonly kind: 'caughtUp'; readonly logEpoch: string; readonly position: Position }
  | { readonly kind: 'resyncRequired'; readonly reason: ResyncReason };

export interface EventStreamOptions<Payload> {
  readonly source: StreamSource;
  /** The cursor's position; null starts at the top. */
  readonly after: { readonly logEpoch: string; readonly position: Position } | null;
  readonly limits: BufferLimits & { readonly retryMs: number };
  readonly clock: Clock;
  /** Null: nothing that a subscriber could be shown. */
  readonly toPayload: (item: StreamItem) => Payload | null;
}

export interface EventStream<Payload> {
  readonly outlet: Outlet<Payload>;
  /** Starts it. Resolves when the subscriber is let in; rejects with the error that keeps them out, e.g. FORBIDDEN. Called once. */
  open(): Promise<void>;
}

/** Not open yet; once it is, it runs until the outlet is closed by either side. */
export function createEventStream<Payload>(options: EventStreamOptions<Payload>): EventStream<Payload> {
  const run = new StreamRun(options);
  return {
    outlet: run.outlet,
    open: () => {
      void run.start();
      return run.opened.promise;
    },
  };
}

const retryPauseMs = 200;

/** Why what arrives is not enough any more. */
type FollowingEnd =
  | { readonly kind: 'overflown' | 'hole' }
  | { readonly kind: 'broken'; readonly reason: ResyncReason };

class StreamRun<Payload> implements BufferReader {
  readonly outlet = new Outlet<Payload>();
  readonly opened = Promise.withResolvers<void>();
  readonly #options: EventStreamOptions<Payload>;
  readonly #signal: AbortSignal;
  #buffer: LiveBuffer;
  #position: Position | null;
  #logEpoch: string | null;
  #isOpen = false;
  #isCaughtUp = false;
  #failingSince: number | null = null;
  /** While what arrives is handed on. */
  #following: PromiseWithResolvers<FollowingEnd> | null = null;

  constructor(options: EventStreamOptions<Payload>) {
    this.#options = options;
    this.#signal = this.outlet.signal;
    this.#buffer = this.#createBuffer();
    this.#position = options.after?.position ?? null;
    this.#logEpoch = options.after?.logEpoch ?? null;
    this.outlet.onWanted = () => this.#proceed(null);
    this.#signal.addEventListener('abort', () => this.#proceed(null), { once: true });
  }

  takeAtOnce(arrival: Arrival): boolean {
    if (this.#following === null || !this.outlet.isWanted) return false;
    this.#proceed(arrival);
    return true;
  }

  noteClosed(): void {
    this.#proceed(null);
  }

  async start(): Promise<void> {
    try {
      const reason = await this.#run();
      await this.#emit({ kind: 'resyncRequired', reason });
      this.outlet.end();
    } catch (error) {
      if (!(error instanceof OutletClosed) && !this.#signal.aborted) this.outlet.fail(error);
      // Who was kept out meanwhile is told why.
      this.opened.reject(this.outlet.failure ?? error);
    } finally {
      this.#options.source.detach(this.#buffer);
    }
  }

  /** Ends only with the reason why the position can't be continued, or by throwing. */
  async #run(): Promise<ResyncReason> {
    let holeAt: Position | null = null;
    for (;;) {
      const gap = await this.#catchUp();
      if (gap === 'retry') continue;
      if (gap !== null) return gap;
      const end = await this.#follow();
      if (end.kind === 'broken') return end.reason;
      if (end.kind === 'hole') {
        // The store has been read since the last hole and nothing came of it.
        if (holeAt === this.#position) return 'TOO_FAR_BEHIND';
        holeAt = this.#position;
      }
    }
  }

  /** Register, read the top, replay up to it. Null: caught up. */
  async #catchUp(): Promise<ResyncReason | 'retry' | null> {
    try {
      const top = await this.#attach();
      const reason = this.#findObstacle(top);
      this.#isOpen = true;
      this.opened.resolve();
      if (reason !== null) return reason;
      this.#logEpoch = top.logEpoch;
      this.#position ??= top.last;
      // A hole in what the store sends is asked for once more.
      for (let tries = 1; isBehind(this.#position, top.last); tries += 1) {
        await this.#replay(top);
        if (!this.#options.source.isDense) this.#position = furthest(this.#position, top.last);
        if (tries === 2 && isBehind(this.#position, top.last)) return 'TOO_FAR_BEHIND';
      }
      this.#failingSince = null;
    } catch (error) {
      await this.#pauseOrThrow(error);
      return 'retry';
    }
    if (!this.#isCaughtUp) {
      this.#isCaughtUp = true;
      await this.#emit({ kind: 'caughtUp', logEpoch: this.#logEpoch, position: this.#position });
    }
    return null;
  }

  async #attach(): Promise<Top> {
    const { source } = this.#options;
    source.detach(this.#buffer);
    this.#buffer = this.#createBuffer();
    const top = await source.attach(this.#buffer, this.#signal);
    reachFailPoint('live.attached');
    this.#throwIfClosed();
    return top;
  }

  #createBuffer(): LiveBuffer {
    return new LiveBuffer(this.#options.limits, this);
  }

  #findObstacle({ logEpoch, last, first }: Top): ResyncReason | null {
    const position = this.#position;
    if (position === null) return null;
    if (this.#logEpoch !== logEpoch) return 'LOG_REPLACED';
    for (const lane of new Set([...position.keys(), ...last.keys()])) {
      const seq = position.get(lane) ?? 0;
      if (seq > (last.get(lane) ?? 0)) return 'LOG_REPLACED';
      if (seq < (first.get(lane) ?? 1) - 1) return 'CURSOR_EXPIRED';
    }
    return null;
  }

  async #replay({ last }: Top): Promise<void> {
    const range = { after: this.#position ?? new Map(), upTo: last };
    for await (const events of this.#options.source.replay(range, this.#signal)) {
      reachFailPoint('live.replaying');
      for (const event of events) {
        const step = this.#step(event);
        if (step === 'hole') return;
        if (step === 'next') await this.#emit(this.#pass(event, null));
      }
    }
    this.#throwIfClosed();
  }

  /** Hands on what arrives until that alone is not enough any more. */
  #follow(): Promise<FollowingEnd> {
    const following = Promise.withResolvers<FollowingEnd>();
    this.#following = following;
    this.#proceed(null);
    return following.promise;
  }

  /** With one arrival, or with those in the buffer, as far as that goes now. */
  #proceed(arrival: Arrival | null): void {
    const following = this.#following;
    if (following === null) return;
    try {
      const end = arrival === null ? this.#handOnWaiting() : this.#handOn(arrival);
      if (end === null) return;
      following.resolve(end);
    } catch (error) {
      following.reject(error);
    }
    this.#following = null;
  }

  /** Null when that is all for now. */
  #handOnWaiting(): FollowingEnd | null {
    this.#throwIfClosed();
    while (this.outlet.isWanted) {
      const arrival = this.#buffer.take();
      if (arrival === null) return this.#buffer.state.kind === 'open' ? null : this.#buffer.state;
      const end = this.#handOn(arrival);
      if (end !== null) return end;
    }
    return null;
  }

  /** The event is wanted. Null when the next one may follow. */
  #handOn({ event, seen }: Arrival): FollowingEnd | null {
    const step = this.#step(event);
    if (step === 'hole') return { kind: 'hole' };
    if (step === 'duplicate') return null;
    const { source, toPayload } = this.#options;
    const payload = toPayload(this.#pass(event, seen));
    if (payload !== null) this.outlet.give(payload);
    const ending = source.endsAfter(event);
    if (ending !== null) throw ending;
    return null;
  }

  #step(event: ChatEvent): 'next' | 'duplicate' | 'hole' {
    const { lane, seq } = this.#options.source.numberOf(event);
    const last = this.#position?.get(lane) ?? 0;
    if (seq <= last) return 'duplicate';
    return this.#options.source.isDense && seq > last + 1 ? 'hole' : 'next';
  }

  /** The event is the last one seen from now on. */
  #pass(event: ChatEvent, seen: Position | null): StreamItem {
    this.#failingSince = null;
    this.#position = this.#options.source.positionAfter(this.#position, event, seen);
    return { kind: 'event', event, logEpoch: this.#logEpoch ?? '', position: this.#position };
  }

  async #emit(item: StreamItem): Promise<void> {
    const payload = this.#options.toPayload(item);
    if (payload !== null) await this.outlet.push(payload);
  }

  /** Bounded by the time since something last went well. */
  async #pauseOrThrow(failure: unknown): Promise<void> {
    this.#throwIfClosed();
    const { retry, error } = this.#options.source.judge(failure);
    const { clock, limits } = this.#options;
    this.#failingSince ??= clock.now();
    const isOverdue = clock.now() - this.#failingSince > limits.retryMs;
    // Who is not let in yet can come back; only a running stream is worth waiting for.
    if (!retry || isOverdue || !this.#isOpen) throw error;
    await pause(clock, retryPauseMs, this.#signal);
    this.#throwIfClosed();
  }

  #throwIfClosed(): void {
    if (this.#signal.aborted) throw new OutletClosed();
  }
}
