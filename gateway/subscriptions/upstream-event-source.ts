/**
 * LIVE 2/2: subscriptions at one copy of a subgraph that speaks server-sent events: a request for each of them, whose response stays open (graphql-sse,
 * distinct connections mode). A stream whose client is behind is not read, so the subgraph has to wait. Made by upstream.ts.
 * Protocol: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
import { createParser } from 'eventsource-parser';
import type { Dispatcher } from 'undici';
import { Pool } from 'undici';
import { overloaded } from '#platform/graphql-errors.ts';
import { EventWindow } from '#platform/subgraph/event-window.ts';
import { StreamPulse } from './stream-pulse.ts';
import type {
  UpstreamCopy,
  UpstreamCopyOptions,
  UpstreamOperation,
  UpstreamTarget,
} from './upstream-copy.ts';
import { eventBytesMax, eventsUnderWayMax } from './upstream-copy.ts';
import type { Ending } from './upstream-request.ts';
import { AbsenceLog, createRequestHeaders, readRefusal, readResult, tell } from './upstream-request.ts';

interface Stream<Target> {
  readonly target: Target;
  readonly stopping: AbortController;
  readonly window: EventWindow;
}

const connectTimeoutMs = 1_000;
/** From the request to the head of the response. */
const openWaitMs = 5_000;
/** A host that is gone is noticed within this and ten probes, one a second, whether it sends comments or not. */
const keepAliveMs = 5_000;
/** To one copy: each has a connection of its own. */
const streamsMax = 10_000;
const retryAfterMs = 2_000;

export class UpstreamEventSource<Target extends UpstreamTarget> implements UpstreamCopy<Target> {
  readonly #options: UpstreamCopyOptions<Target>;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #streams = new Map<string, Stream<Target>>();
  readonly #absence: AbsenceLog;
  #lastId = 0;

  constructor(options: UpstreamCopyOptions<Target>) {
    const { origin, pathname, search } = new URL(options.url);
    this.#options = options;
    this.#absence = new AbsenceLog(options);
    this.#path = `${pathname}${search}`;
    this.#pool = new Pool(origin, {
      connect: { timeout: connectTimeoutMs, keepAliveInitialDelay: keepAliveMs },
      // What is under way of one stream must not stop another.
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  get connections(): number {
    return this.#streams.size;
  }

  subscribe(operation: UpstreamOperation, target: Target): string {
    this.#lastId += 1;
    const id = this.#lastId.toString(36);
    if (this.#streams.size >= streamsMax) {
      target.error([overloaded(retryAfterMs).toJSON()]);
      return id;
    }
    const window = new EventWindow(eventsUnderWayMax);
    const stream = { target, window, stopping: new AbortController() };
    this.#streams.set(id, stream);
    void this.#run(id, stream, operation);
    return id;
  }

  stop(id: string): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    stream?.stopping.abort();
    stream?.window.open();
  }

  noteTaken(id: string): void {
    this.#streams.get(id)?.window.noteTaken(1);
  }

  dispose(): void {
    for (const [id, { target }] of [...this.#streams]) {
      this.stop(id);
      target.broken();
    }
    void this.#pool.destroy();
  }

  async #run(id: string, stream: Stream<Target>, operation: UpstreamOperation): Promise<void> {
    const ending = await this.#follow(stream, operation).catch(
      (cause: unknown): Ending => ({ kind: 'broken', cause }),
    );
    if (!this.#streams.delete(id)) return;
    stream.stopping.abort();
    tell(stream.target, ending, this.#absence);
  }

  async #follow(stream: Stream<Target>, operation: UpstreamOperation): Promise<Ending> {
    const { stopping } = stream;
    const { query, variables, authorization } = operation;
    const overdue = setTimeout(() => stopping.abort(new Error('no answer in time')), openWaitMs);
    const response = await this.#pool
      .request({
        method: 'POST',
        path: this.#path,
        headers: {
          ...createRequestHeaders(this.#options.internalKey, authorization),
          accept: 'text/event-stream',
        },
        body: JSON.stringify({ query, variables }),
        signal: stopping.signal,
      })
      .finally(() => clearTimeout(overdue));
    if (!isEventStream(response)) return readRefusal(response);
    this.#absence.noteOpened();
    return this.#read(response.body, stream);
  }

  async #read(body: Dispatcher.ResponseData['body'], stream: Stream<Target>): Promise<Ending> {
    const { stopping, window } = stream;
    using pulse = new StreamPulse(() => stopping.abort(new Error('silent for too long')));
    const endings: Ending[] = [];
    const parser = createParser({
      maxBufferSize: eventBytesMax,
      onEvent: ({ event, data }) => {
        if (endings.length > 0) return;
        const ending = this.#receive({ event, data }, stream);
        if (ending !== null) endings.push(ending);
      },
      onComment: () => pulse.noteComment(),
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') endings.push({ kind: 'broken', cause: error });
      },
    });
    const decoder = new TextDecoder();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      pulse.noteBytes();
      parser.feed(decoder.decode(chunk, { stream: true }));
      const [ending] = endings;
      if (ending !== undefined) return ending;
      const opened = window.opened();
      if (opened === null) continue;
      pulse.pause();
      await opened;
      pulse.resume();
    }
    return { kind: 'broken', cause: new Error('the stream was cut') };
  }

  /** Not null: it was the last. */
  #receive(
    { event, data }: { readonly event: string | undefined; readonly data: string },
    { target, stopping, window }: Stream<Target>,
  ): Ending | null {
    if (event === 'complete') return { kind: 'complete' };
    if (event !== 'next' || stopping.signal.aborted) return null;
    const result = readResult(JSON.parse(data));
    if (result === null) throw new Error('an event that is no result');
    // A request that was refused is told so in the stream. An event has data, be it null.
    if (result.data === undefined) return { kind: 'error', errors: result.errors ?? [] };
    window.noteSent();
    this.#options.onEvent([target], result, null);
    return null;
  }
}

function isEventStream({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  return statusCode === 200 && String(headers['content-type']).startsWith('text/event-stream');
}
