/**
 * LIVE: the end of a stream that the GraphQL server reads, by iterating or by a sink. Written by hand: `return()` answers at once, also while a `next()`
 * waits, which an async generator can't. Holds one item at most, so its producer goes at the pace of the consumer. Used by every subscription.
 */
import type { ItemSink, PushSource } from '#platform/subgraph/push-source.ts';

/** Thrown into a producer whose consumer has gone. */
export class OutletClosed extends Error {
  override readonly name = 'OutletClosed';
}

interface Offer<Item> {
  readonly item: Item;
  readonly taken: () => void;
  readonly refused: (error: OutletClosed) => void;
}
interface Demand<Item> {
  readonly resolve: (result: IteratorResult<Item, undefined>) => void;
  readonly reject: (error: unknown) => void;
}
type Ending = { readonly kind: 'open' | 'done' } | { readonly kind: 'failed'; readonly error: unknown };

const done = { value: undefined, done: true } as const;

export class Outlet<Item> implements AsyncIterableIterator<Item, undefined>, PushSource<Item> {
  readonly #closing = new AbortController();
  #demands: Demand<Item>[] = [];
  #sink: ItemSink<Item> | null = null;
  #onWanted: (() => void) | null = null;
  #offer: Offer<Item> | null = null;
  #ending: Ending = { kind: 'open' };
  #failure: unknown = null;

  /** The error it ended with, else null. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Aborted when the stream has ended, whoever ended it. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Called each time when the consumer wants an item and none is offered. It must not throw. */
  set onWanted(onWanted: (() => void) | null) {
    this.#onWanted = onWanted;
  }

  /** Does the consumer wait for an item? */
  get isWanted(): boolean {
    if (this.#ending.kind !== 'open') return false;
    return this.#sink === null ? this.#demands.length > 0 : this.#sink.isReady();
  }

  /** Hands an item that is wanted to the consumer, before it returns when the consumer is a sink. */
  give(item: Item): void {
    if (this.#sink === null) this.#demands.shift()?.resolve({ value: item, done: false });
    else this.#sink.take(item);
  }

  /**
   * Resolves when the consumer has taken the item. Rejects with OutletClosed. One producer, one push at a
   * time.
   */
  push(item: Item): Promise<void> {
    if (this.#ending.kind !== 'open') return Promise.reject(new OutletClosed());
    if (this.isWanted) {
      this.give(item);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#offer = { item, taken: resolve, refused: reject };
    });
  }

  /** The consumer sees the end after what it has taken. */
  end(): void {
    this.#close({ kind: 'done' });
  }

  /** The consumer's next `next()`, or the one that waits, rejects with the error. */
  fail(error: unknown): void {
    if (this.#ending.kind === 'open') this.#failure = error;
    this.#close({ kind: 'failed', error });
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#ending.kind === 'failed') {
      const { error } = this.#ending;
      this.#ending = { kind: 'done' };
      return Promise.reject(error);
    }
    if (this.#ending.kind === 'done') return Promise.resolve(done);
    const offer = this.#offer;
    if (offer !== null) {
      this.#offer = null;
      offer.taken();
      return Promise.resolve({ value: offer.item, done: false });
    }
    const demanded = new Promise<IteratorResult<Item, undefined>>((resolve, reject) =>
      this.#demands.push({ resolve, reject }),
    );
    this.#onWanted?.();
    return demanded;
  }

  pipe(sink: ItemSink<Item>): void {
    this.#sink = sink;
    const { kind } = this.#ending;
    if (kind === 'failed') sink.fail(this.#ending.error);
    else if (kind === 'done') sink.end();
    else this.resume();
  }

  resume(): void {
    if (!this.isWanted) return;
    const offer = this.#offer;
    if (offer === null) {
      this.#onWanted?.();
      return;
    }
    this.#offer = null;
    this.give(offer.item);
    offer.taken();
  }

  return(): Promise<IteratorResult<Item, undefined>> {
    this.#close({ kind: 'done' });
    this.#ending = { kind: 'done' };
    return Promise.resolve(done);
  }

  throw(error: unknown): Promise<IteratorResult<Item, undefined>> {
    this.#close({ kind: 'done' });
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.end();
    return Promise.resolve();
  }

  #close(ending: Ending): void {
    if (this.#ending.kind !== 'open') return;
    this.#ending = ending;
    if (this.#sink === null) this.#tellIterating(ending);
    else if (ending.kind === 'failed') this.#sink.fail(ending.error);
    else this.#sink.end();
    this.#offer?.refused(new OutletClosed());
    this.#offer = null;
    this.#closing.abort();
  }

  /** One of those who wait is told of a failure, else the next one is. */
  #tellIterating(ending: Ending): void {
    const [first, ...rest] = this.#demands.splice(0);
    if (first !== undefined && ending.kind === 'failed') {
      first.reject(ending.error);
      this.#ending = { kind: 'done' };
    } else first?.resolve(done);
    for (const demand of rest) demand.resolve(done);
  }
}
