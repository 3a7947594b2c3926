/**
 * LIVE, in the app: wraps a graphql-ws or graphql-sse client so that a subscription goes on from the last cursor it got whenever it is sent again, and
 * says when to come back. Stands alone: one file that imports nothing.
 */

/** A GraphQL request as these clients take it. */
export interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

/** A GraphQL response. */
export interface Result {
  readonly data?: unknown;
  readonly errors?: readonly unknown[] | undefined;
}

/** Where the results of one operation go: any number of `next`, then one of the others. */
export interface Sink {
  next(result: Result): void;
  error(error: unknown): void;
  complete(): void;
}

/** What is asked of a client. It keeps the operation it is given and sends it again after a reconnect, as graphql-ws and graphql-sse do. */
export interface SubscribingClient {
  subscribe(operation: Operation, sink: Sink, ...more: never[]): () => void;
  /** graphql-ws tells of each WebSocket that has opened. */
  readonly on?: (event: 'opened', listener: (socket: unknown) => void) => unknown;
  readonly dispose?: () => unknown;
}

/** All may be left out. */
export interface ResumableOptions {
  /** The variable that takes the cursor; `after` unless given. Operations that do not declare it are left as they are. */
  readonly variable?: string;
  /** The field of the root field's value that has the cursor; `cursor` unless given. */
  readonly cursor?: string;
  /** After the app has dealt with the result of this cursor: `next` has returned, or `iterate` is asked for another. For keeping it elsewhere. */
  readonly onCursor?: (cursor: string, operation: Operation) => void;
  /**
   * After a `ResyncRequired`. The stream then goes on from the cursor that this returns, else from the top, instead of ending. A promise is awaited.
   */
  readonly onResync?: (reason: string, operation: Operation) => Start | Promise<Start>;
}

type Start = string | null | undefined;

/** The same client whose subscriptions resume. What the app hands in is never changed. */
export function resumable<Client extends SubscribingClient>(
  client: Client,
  options: ResumableOptions = {},
): Client {
  const { variable = 'after', cursor = 'cursor', onCursor, onResync } = options;
  const settings: Settings = { variable, cursor, onCursor, onResync };
  const streams = new Set<ResumedStream>();
  muteFormerSockets(client);
  const declaration = new RegExp(`\\bsubscription\\b[^]*?\\$${variable}\\s*:`);
  // A persisted document has no text to look at.
  const isResumed = ({ query, variables }: Operation) =>
    query ? declaration.test(query) : Object.hasOwn(variables ?? {}, variable);
  const open = (operation: Operation, receiver: Receiver, more: never[]): (() => void) => {
    const stream = new ResumedStream({ client, settings, streams, operation, more }, receiver);
    streams.add(stream);
    stream.open();
    return () => stream.stop();
  };
  const subscribe = (operation: Operation, sink: Sink, ...more: never[]) => {
    if (!isResumed(operation)) return client.subscribe(operation, sink, ...more);
    const receiver: Receiver = {
      next: (result, noteTaken) => {
        sink.next(result);
        noteTaken();
      },
      error: (error) => sink.error(error),
      complete: () => sink.complete(),
    };
    return open(operation, receiver, more);
  };
  const iterate = (operation: Operation, ...more: never[]) =>
    new Results((receiver) => {
      if (isResumed(operation)) return open(operation, receiver, more);
      const { error, complete } = receiver;
      const next = (result: Result) => receiver.next(result, () => undefined);
      return client.subscribe(operation, { next, error, complete }, ...more);
    });
  const dispose = () => {
    for (const stream of streams) stream.stop();
    return client.dispose?.();
  };
  return { ...client, subscribe, iterate, dispose };
}

/**
 * After `terminate()` graphql-ws uses a new connection with the same ids, while the WebSocket of 'ws' still delivers what arrives on the one before:
 * once more what the new one replays.
 */
function muteFormerSockets(client: SubscribingClient): void {
  let former: unknown;
  client.on?.('opened', (socket) => {
    if (isObject(former)) former.onmessage = null;
    former = socket;
  });
}

interface Settings {
  readonly variable: string;
  readonly cursor: string;
  readonly onCursor: ResumableOptions['onCursor'];
  readonly onResync: ResumableOptions['onResync'];
}

interface Source {
  readonly client: SubscribingClient;
  readonly settings: Settings;
  /** Those that are not over. */
  readonly streams: Set<ResumedStream>;
  readonly operation: Operation;
  /** Further arguments of the client's own `subscribe`. */
  readonly more: never[];
}

/** A sink that says when it is done with a result. */
interface Receiver {
  next(result: Result, noteTaken: () => void): void;
  error(error: unknown): void;
  complete(): void;
}

/** One stream for the app; at the client one subscription, or several one after another. */
class ResumedStream {
  readonly #source: Source;
  readonly #receiver: Receiver;
  /** Sent by reference: what they say when the client sends them again is where the stream goes on. */
  readonly #variables: Record<string, unknown>;
  #phase: 'running' | 'stopped' | 'over' = 'running';
  #subscriptions = 0;
  /** Ends the current subscription; null between two. */
  #unsubscribe: (() => void) | null = null;
  #reopening: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  constructor(source: Source, receiver: Receiver) {
    this.#source = source;
    this.#receiver = receiver;
    this.#variables = { ...source.operation.variables };
  }

  open(): void {
    const { client, operation, more } = this.#source;
    this.#subscriptions += 1;
    const number = this.#subscriptions;
    const isCurrent = () => this.#phase !== 'over' && number === this.#subscriptions;
    const unsubscribe = client.subscribe(
      { ...operation, variables: this.#variables },
      {
        next: (result) => {
          if (isCurrent() && this.#phase === 'running') this.#take(result);
        },
        error: (error) => {
          if (isCurrent()) this.#onError(error);
        },
        complete: () => {
          if (isCurrent()) this.#end(() => this.#receiver.complete());
        },
      },
      ...more,
    );
    if (isCurrent()) this.#unsubscribe = unsubscribe;
    else unsubscribe();
  }

  /** `complete` follows, as with the client itself. */
  stop(): void {
    if (this.#phase !== 'running') return;
    this.#phase = 'stopped';
    if (this.#unsubscribe === null) this.#end(() => this.#receiver.complete());
    else this.#unsubscribe();
  }

  /**
   * The cursor moves before the app sees the item, so that nothing it does then, not even cutting the connection, makes the item come again. An item
   * that the app fails on ends the stream: what came after it would leave a hole, and the client would take the error for one of its connection.
   */
  #take(result: Result): void {
    const { settings, operation } = this.#source;
    const item = findItem(result.data);
    const cursor = item?.[settings.cursor];
    const reason = readResyncReason(item, cursor);
    if (typeof cursor === 'string') {
      this.#variables[settings.variable] = cursor;
      this.#tries = 0;
    }
    if (reason !== null) this.#variables[settings.variable] = null;
    try {
      this.#receiver.next(result, () => {
        if (typeof cursor === 'string') settings.onCursor?.(cursor, operation);
      });
    } catch (error) {
      this.#end(() => this.#receiver.error(error));
    }
    if (reason !== null && this.#phase === 'running') void this.#resync(reason);
  }

  async #resync(reason: string): Promise<void> {
    const { settings, operation } = this.#source;
    if (settings.onResync === undefined) return;
    this.#leave();
    try {
      this.#variables[settings.variable] = (await settings.onResync(reason, operation)) ?? null;
      this.#reopen(0);
    } catch (error) {
      this.#end(() => this.#receiver.error(error));
    }
  }

  #onError(error: unknown): void {
    const retryAfterMs = this.#phase === 'running' ? readRetryAfterMs(error) : null;
    if (retryAfterMs === null) {
      this.#end(() => this.#receiver.error(error));
      return;
    }
    this.#leave();
    this.#reopen(retryAfterMs);
  }

  #reopen(waitMs: number): void {
    if (this.#phase !== 'running') return;
    this.#reopening = setTimeout(() => this.open(), waitMs + toBackoffMs(this.#tries));
    this.#tries += 1;
  }

  /** Nothing more is heard of the current subscription. */
  #leave(): void {
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = null;
    this.#subscriptions += 1;
    unsubscribe?.();
  }

  #end(report: () => void): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#source.streams.delete(this);
    clearTimeout(this.#reopening);
    this.#leave();
    report();
  }
}

/** The root field's value, whatever its alias: a subscription has one. */
function findItem(data: unknown): Record<string, unknown> | undefined {
  return isObject(data) ? Object.values(data).find(isObject) : undefined;
}

/** Empty when the app selects only the type; null for any other item. */
function readResyncReason(item: Record<string, unknown> | undefined, cursor: unknown): string | null {
  if (item === undefined || typeof cursor === 'string') return null;
  const { __typename: type, reason } = item;
  if (type === 'ResyncRequired') return typeof reason === 'string' ? reason : '';
  return type === undefined && typeof reason === 'string' ? reason : null;
}

const passingErrors: readonly unknown[] = ['OVERLOADED', 'RATE_LIMITED', 'SERVICE_UNAVAILABLE'];

/** How long to wait at least before subscribing again; null for an error that is final. */
function readRetryAfterMs(errors: unknown): number | null {
  if (!Array.isArray(errors) || errors.length === 0) return null;
  const waits = errors.map((error: unknown) => {
    const extensions = isObject(error) && isObject(error.extensions) ? error.extensions : {};
    if (!passingErrors.includes(extensions.code)) return Number.POSITIVE_INFINITY;
    return typeof extensions.retryAfterMs === 'number' ? extensions.retryAfterMs : 0;
  });
  const longest = Math.max(...waits);
  return Number.isFinite(longest) ? longest : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

interface Arrival {
  readonly result: Result;
  readonly noteTaken: () => void;
}

type Step = IteratorResult<Result, undefined>;

/** By hand, because `return` of an async generator would wait for the next result. */
class Results implements AsyncIterableIterator<Result> {
  readonly #arrived: Arrival[] = [];
  readonly #stop: () => void;
  #ending: { readonly error?: unknown } | null = null;
  /** The app has it, and has not asked for another yet. */
  #current: Arrival | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(open: (receiver: Receiver) => () => void) {
    this.#stop = open({
      next: (result, noteTaken) => {
        this.#arrived.push({ result, noteTaken });
        this.#wake();
      },
      error: (error) => this.#end({ error }),
      complete: () => this.#end({}),
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    const step = this.#last.then(() => this.#take());
    this.#last = step.catch(() => undefined);
    return step;
  }

  async return(): Promise<Step> {
    this.#arrived.length = 0;
    this.#current = undefined;
    this.#end({});
    this.#stop();
    return { done: true, value: undefined };
  }

  throw(): Promise<Step> {
    return this.return();
  }

  async #take(): Promise<Step> {
    try {
      this.#current?.noteTaken();
    } catch (error) {
      await this.return();
      throw error;
    }
    while (this.#arrived.length === 0 && this.#ending === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#current = this.#arrived.shift();
    if (this.#current !== undefined) return { done: false, value: this.#current.result };
    const ending = this.#ending ?? {};
    this.#ending = {};
    if ('error' in ending) throw ending.error;
    return { done: true, value: undefined };
  }

  #end(ending: { readonly error?: unknown }): void {
    this.#ending ??= ending;
    this.#wake();
  }
}

/** Close codes that come again however often one connects: a faulty client, or an account that has to sign in again. docs/errors.md has all. */
const finalCloseCodes: readonly number[] = [4400, 4401, 4406, 4409, 4429];

/**
 * For `shouldRetry` of graphql-ws: yes after a lost or refused connection and every close but the final ones. No after what the app's own `url` or
 * `connectionParams` throw: final, so that an app can stop by throwing.
 */
export function shouldRetry(cause: unknown): boolean {
  if (isObject(cause) && typeof cause.code === 'number' && 'reason' in cause)
    return !finalCloseCodes.includes(cause.code);
  return !(cause instanceof Error);
}

const firstWaitMsMax = 500;
const waitMsMax = 10_000;
const waitMsMin = 50;

/** At random below a bound that doubles, so that the clients of a server that restarts do not come back all at once. */
function toBackoffMs(retries: number): number {
  return waitMsMin + Math.random() * Math.min(waitMsMax, firstWaitMsMax * 2 ** retries);
}

/** For `retryWait` of graphql-ws, and `retry` of graphql-sse: at most 0.5 s after a first failure, 10 s after many. */
export function retryWait(retries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, toBackoffMs(retries)));
}

/** Options for `createClient` of graphql-ws, which by itself gives up after five tries, and at once when a connection is refused. */
export const retryable = { retryAttempts: Number.POSITIVE_INFINITY, shouldRetry, retryWait };
