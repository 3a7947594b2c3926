/**
 * Where the subgraphs' subscriptions get their events: named feeds, one or more for each case, which the case fills and watches. A feed keeps its events
 * for subscriptions that say after which position they go on. Used by the subgraphs and, from the other side, by the cases.
 */
import { until } from '../until.ts';

/** What the resolver of a root field gets for an event. */
export interface FeedEvent {
  readonly value: unknown;
  /** From 1 in each feed. */
  readonly position: number;
  /** The subgraph leaves out every `__typename`, as a faulty one does. */
  readonly isUntyped: boolean;
}

interface Source {
  push(event: FeedEvent): void;
  end(error?: Error): void;
}

interface Feed {
  readonly events: FeedEvent[];
  readonly sources: Set<Source>;
  /** How many were ever opened. */
  opened: number;
  /** What happens to each new subscription instead of waiting for events. */
  atOnce: 'nothing' | 'complete' | Error;
}

const waitMs = 5_000;

export class Feeds {
  readonly #feeds = new Map<string, Feed>();

  /** To everybody who is subscribed now, and to those who come later with `after`. */
  publish(name: string, value: unknown, { isUntyped = false } = {}): void {
    const { events, sources } = this.#find(name);
    const event = { value, position: events.length + 1, isUntyped };
    events.push(event);
    for (const source of sources) source.push(event);
  }

  /** Ends the subscriptions that are open. */
  complete(name: string): void {
    for (const source of [...this.#find(name).sources]) source.end();
  }

  /** The source streams throw. */
  fail(name: string, error: Error): void {
    for (const source of [...this.#find(name).sources]) source.end(error);
  }

  completeAtOnce(name: string): void {
    this.#find(name).atOnce = 'complete';
  }

  /** No source stream can be made: the resolver throws. */
  refuse(name: string, error: Error): void {
    this.#find(name).atOnce = error;
  }

  /** Source streams that are open now. */
  open(name: string): number {
    return this.#find(name).sources.size;
  }

  /** Source streams that were ever opened. */
  opened(name: string): number {
    return this.#find(name).opened;
  }

  /** Events so far, and position of the last one. */
  published(name: string): number {
    return this.#find(name).events.length;
  }

  /** Of all feeds that have any. */
  openByName(): Record<string, number> {
    const open = [...this.#feeds].filter(([, { sources }]) => sources.size > 0);
    return Object.fromEntries(open.map(([name, { sources }]) => [name, sources.size]));
  }

  async waitOpen(name: string, count = 1, timeoutMs = waitMs): Promise<void> {
    await until(`${count} open source streams`, () => this.open(name) >= count, timeoutMs);
  }

  async waitClosed(name: string, timeoutMs = waitMs): Promise<void> {
    await until('the source stream to be closed', () => this.open(name) === 0, timeoutMs);
  }

  /** The source stream of a subscription; with `after` the kept events behind it come first. */
  subscribe(name: string, after: number | null = null): AsyncIterableIterator<FeedEvent> {
    const feed = this.#find(name);
    if (feed.atOnce instanceof Error) throw feed.atOnce;
    feed.opened += 1;
    const { iterator, source } = createSource(() => feed.sources.delete(source));
    feed.sources.add(source);
    for (const event of after === null ? [] : feed.events.slice(after)) source.push(event);
    if (feed.atOnce === 'complete') source.end();
    return iterator;
  }

  #find(name: string): Feed {
    let feed = this.#feeds.get(name);
    if (feed === undefined) {
      feed = { events: [], sources: new Set(), opened: 0, atOnce: 'nothing' };
      this.#feeds.set(name, feed);
    }
    return feed;
  }
}

/** Written by hand: return() answers at once, also while a next() waits. */
function createSource(onEnd: () => void): { iterator: AsyncIterableIterator<FeedEvent>; source: Source } {
  const queue: FeedEvent[] = [];
  let ending: { readonly error: Error | undefined } | null = null;
  let reader: PromiseWithResolvers<IteratorResult<FeedEvent>> | null = null;

  function answer(): void {
    const event = queue[0];
    if (reader === null || (event === undefined && ending === null)) return;
    const { resolve, reject } = reader;
    reader = null;
    if (event !== undefined) {
      queue.shift();
      resolve({ done: false, value: event });
    } else if (ending?.error === undefined) resolve({ done: true, value: undefined });
    else {
      reject(ending.error);
      ending = { error: undefined };
    }
  }
  const source: Source = {
    push: (event) => {
      queue.push(event);
      answer();
    },
    end: (error) => {
      ending ??= { error };
      onEnd();
      answer();
    },
  };
  const iterator: AsyncIterableIterator<FeedEvent> = {
    next: () => {
      reader = Promise.withResolvers();
      const { promise } = reader;
      answer();
      return promise;
    },
    return: async () => {
      queue.length = 0;
      source.end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return { iterator, source };
}
