/**
 * LIVE 2/2: the events of one subscription on their way to the client: an event is started when it arrives; those that arrive together or while others
 * run are started together, since a run of many costs little more than a run of one. Handed out in order.
 * Written by hand and not as a generator, whose return() would wait behind a pending next(). Filled by subscribe.ts, read by graphql-ws.
 */

export interface EventStream<Event, Result> extends AsyncIterableIterator<Result> {
  return(): Promise<IteratorResult<Result>>;
  throw(error: unknown): Promise<IteratorResult<Result>>;
  /** Takes an event of so many bytes; nothing happens after the end. */
  push(event: Event, bytes: number): void;
  /** Ends the stream after what is in it; with an error when there is one. */
  end(error?: Error): void;
}

export interface EventStreamOptions<Event, Result> {
  /** As many results as events, in their order. */
  readonly execute: (events: readonly Event[]) => Promise<readonly Result[]>;
  /** Executions that may run at the same time. */
  readonly runsMax: number;
  readonly runEventsMax: number;
  /** Bytes that may wait; beyond, `onOverflow` is called once and the stream is empty. */
  readonly queueBytesMax: number;
  readonly onOverflow: () => void;
  /** The reader has got an event. */
  readonly onTaken: () => void;
  /** Called once, when the reader is gone or has everything. */
  readonly onClose: () => void;
}

interface Entry<Event, Result> {
  readonly event: Event;
  readonly bytes: number;
  result: Promise<Result> | null;
}

type State = { kind: 'open' } | { kind: 'ending'; error: Error | null } | { kind: 'closed' };

const done = { done: true, value: undefined } as const;

/** An empty stream. At most one next() may be pending, which is how `for await` reads. */
export function createEventStream<Event, Result>(
  options: EventStreamOptions<Event, Result>,
): EventStream<Event, Result> {
  const queue: Entry<Event, Result>[] = [];
  /** So many at the front of the queue have been started. */
  let started = 0;
  let queueBytes = 0;
  let running = 0;
  let state: State = { kind: 'open' };
  let reader: PromiseWithResolvers<IteratorResult<Result>> | null = null;

  function close(): void {
    if (state.kind === 'closed') return;
    state = { kind: 'closed' };
    queue.length = 0;
    started = 0;
    reader?.resolve(done);
    reader = null;
    options.onClose();
  }

  /** Not at once: what one read of the upstream connection brings is run together. */
  const startSoon = createOncePerTurn(() => startWaiting());

  function startWaiting(): void {
    while (running < options.runsMax && started < queue.length) {
      const entries = queue.slice(started, started + options.runEventsMax);
      started += entries.length;
      running += 1;
      void startRun(entries, options.execute).finally(() => {
        running -= 1;
        startWaiting();
      });
    }
    answerReader();
  }

  function answerReader(): void {
    if (reader === null) return;
    const { resolve, reject } = reader;
    const head = queue[0];
    if (head !== undefined && head.result !== null) {
      reader = null;
      queue.shift();
      started -= 1;
      queueBytes -= head.bytes;
      options.onTaken();
      head.result.then(
        (value) => resolve(state.kind === 'closed' ? done : { done: false, value }),
        (error: unknown) => (state.kind === 'closed' ? resolve(done) : reject(error)),
      );
    } else if (state.kind === 'ending' && head === undefined) {
      if (state.error !== null) reject(state.error);
      close();
    }
  }

  function push(event: Event, bytes: number): void {
    if (state.kind !== 'open') return;
    if (queueBytes + bytes > options.queueBytesMax && queue.length > 0) {
      close();
      options.onOverflow();
      return;
    }
    queue.push({ event, bytes, result: null });
    queueBytes += bytes;
    startSoon();
  }

  function end(error?: Error): void {
    if (state.kind !== 'open') return;
    state = { kind: 'ending', error: error ?? null };
    answerReader();
  }

  function next(): Promise<IteratorResult<Result>> {
    if (state.kind === 'closed') return Promise.resolve(done);
    reader = Promise.withResolvers();
    const { promise } = reader;
    answerReader();
    return promise;
  }

  return { push, end, ...toIterator({ next, close }) };
}

function createOncePerTurn(run: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      run();
    });
  };
}

/** Gives each entry its result. The promise is fulfilled when all of them are settled. */
function startRun<Event, Result>(
  entries: readonly Entry<Event, Result>[],
  execute: EventStreamOptions<Event, Result>['execute'],
): Promise<unknown> {
  const run = execute(entries.map(({ event }) => event));
  for (const [index, entry] of entries.entries())
    entry.result = run.then((results) => results[index] as Result);
  // They are awaited when their turn comes; until then a failure must not count as unhandled.
  return Promise.allSettled(entries.map(({ result }) => result));
}

function toIterator<Result>(reading: {
  next: () => Promise<IteratorResult<Result>>;
  close: () => void;
}): Omit<EventStream<never, Result>, 'push' | 'end'> {
  const { next, close } = reading;
  return {
    next,
    return: async () => {
      close();
      return done;
    },
    throw: async (error) => {
      close();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
