/**
 * LIVE: what has arrived for one stream and was not taken yet, bounded. Pure state: the hub fills it,
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

export class LiveBuffer {
  readonly #limits: BufferLimits;
  readonly #onChange: () => void;
  #arrivals: Arrival[] = [];
  #taken = 0;
  #bytes = 0;
  #state: BufferState = { kind: 'open' };

  /** `onChange` is called when there is something more to take, or the state has changed. It must not throw. */
  constructor(limits: BufferLimits, onChange: () => void = () => undefined) {
    this.#limits = limits;
    this.#onChange = onChange;
  }

  get state(): BufferState {
    return this.#state;
  }

  offer(arrival: Arrival): void {
    if (this.#state.kind !== 'open') return;
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
    this.#onChange();
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
    this.#onChange();
  }
}
