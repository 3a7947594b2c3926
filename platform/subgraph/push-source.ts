/**
 * LIVE: a stream that hands its items on the moment it has them, without the promises of an async iterator, which cost more than all else that is done
 * for one of many subscribers. What a resolver returns may be one; any other async iterator becomes one here. Used by subscription.ts.
 */

/** Where the items go. Nothing of it throws. */
export interface ItemSink<Item> {
  /** Asked before each item. After false it calls `resume` when it takes items again. */
  isReady(): boolean;
  take(item: Item): void;
  /** Nothing comes any more. */
  end(): void;
  fail(error: unknown): void;
}

export interface PushSource<Item> {
  /** Instead of next(): from now on everything goes to the sink. */
  pipe(sink: ItemSink<Item>): void;
  resume(): void;
}

/** The iterator itself when it can push, else one that pulls from it and pushes. */
export function toPushSource<Item>(iterator: AsyncIterator<Item>): PushSource<Item> {
  return 'pipe' in iterator && 'resume' in iterator
    ? (iterator as AsyncIterator<Item> & PushSource<Item>)
    : new PulledSource(iterator);
}

class PulledSource<Item> implements PushSource<Item> {
  readonly #iterator: AsyncIterator<Item>;
  #sink: ItemSink<Item> | null = null;
  #isPulling = false;

  constructor(iterator: AsyncIterator<Item>) {
    this.#iterator = iterator;
  }

  pipe(sink: ItemSink<Item>): void {
    this.#sink = sink;
    this.resume();
  }

  resume(): void {
    const sink = this.#sink;
    if (sink === null || this.#isPulling || !sink.isReady()) return;
    this.#isPulling = true;
    void this.#pull(sink);
  }

  async #pull(sink: ItemSink<Item>): Promise<void> {
    try {
      do {
        const { done, value } = await this.#iterator.next();
        if (done === true) {
          sink.end();
          return;
        }
        sink.take(value);
      } while (sink.isReady());
      this.#isPulling = false;
    } catch (error) {
      sink.fail(error);
    }
  }
}
