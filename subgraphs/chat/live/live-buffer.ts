/**
 * LIVE: what has arrived for one stream and could not be taken at once, bounded. Pure state: the hub fills it,
 * event-stream.ts takes from it. When it is full it gives up everything, since the stream can read all of it from
 * the store again.
 */
import type { ResyncReason } from '#schema/generated/chat_resolvers.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import type { Position } from './position.ts';

/** An event as the hub hands it on: the same object for every stream. */
export interface Arrival {
  readonly event: ChatEvent;
  /** Encoded size. */
  readonly bytes: number;
  /** What the hub had seen of all partitions including this event. */
  readonly seen: Position;
}

export interface BufferLimits {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

export type BufferState =
  | { readonly kind: 'open' }
  /** Events were dropped: they must be read from the store. */
  | { readonly kind: 'overflown' }
  /** What comes after can't be told from a hole. */
  | { readonly kind: 'broken'; readonly reason: ResyncReason };

/** Whom the buffer is for. Nothing of it throws. */
export interface BufferReader {
  /** The next arrival, when none waits. False: not now, it has to wait. */
  takeAtOnce(arrival: Arrival): boolean;
  /** The state is not `open` any more. */
  noteClosed(): void;
}

export class LiveBuffer {
  readonly #limits: BufferLimits;
  readonly #reader: BufferReader;
  #arrivals: Arrival[] = [];
  #taken = 0;
  #bytes = 0;
  #state: BufferState = { kind: 'open' };

  constructor(limits: BufferLimits, reader: BufferReader) {
    this.#limits = limits;
    this.#reader = reader;
  }

  get state(): BufferState {
    return this.#state;
  }

  offer(arrival: Arrival): void {
    if (this.#state.kind !== 'open') return;
    if (this.#taken === this.#arrivals.length && this.#reader.takeAtOnce(arrival)) return;
    const { eventsMax, bytesMax } = this.#limits;
    const isFull = this.#arrivals.length - this.#taken >= eventsMax || this.#bytes + arrival.bytes > bytesMax;
    // One event alone always fits, however long it is.
    if (isFull && this.#taken < this.#arrivals.length) {
      this.#close({ kind: 'overflown' });
      return;
    }
    // A stream that never quite keeps up would otherwise hold everything it has ever taken.
    if (this.#taken >= eventsMax) {
      this.#arrivals = this.#arrivals.slice(this.#taken);
      this.#taken = 0;
    }
    this.#arrivals.push(arrival);
    this.#bytes += arrival.bytes;
  }

  /** From now on it takes nothing and says why. */
  breakOff(reason: ResyncReason): void {
    this.#close({ kind: 'broken', reason });
  }

  /** The oldest, or null. */
  take(): Arrival | null {
    const arrival = this.#arrivals[this.#taken];
    if (arrival === undefined) return null;
    this.#taken += 1;
    this.#bytes -= arrival.bytes;
    if (this.#taken === this.#arrivals.length) {
      this.#arrivals.length = 0;
      this.#taken = 0;
    }
    return arrival;
  }

  #close(state: BufferState): void {
    this.#state = state;
    this.#arrivals = [];
    this.#taken = 0;
    this.#bytes = 0;
    this.#reader.noteClosed();
  }
}
