/**
 * HISTORY and SEND: one request to one copy of a subgraph and its answer, over undici's `dispatch`, which needs neither a stream nor a signal for it. Called by
 * subgraph-copy.ts.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Deadlines, Timed } from './deadlines.ts';

/** How an attempt ended. */
export type Outcome = { readonly kind: 'answered'; readonly reply: SubgraphReply } | Failure;

/**
 * Unreachable: no connection. Late: no answer in time. Broken: the connection ended. Unavailable: an answer of a proxy that has nobody behind it. Malformed:
 * anything else that is no GraphQL result, or too large. Left alone: nobody was asked.
 */
export type FailureReason = 'unreachable' | 'late' | 'broken' | 'unavailable' | 'malformed' | 'left alone';

export interface Failure {
  readonly kind: 'failed';
  readonly reason: FailureReason;
  readonly cause: Error;
  /** False when surely no byte of the request has left: it never got a connection. */
  readonly hasLeft: boolean;
}

export interface ExchangeOptions {
  readonly dispatcher: Dispatcher;
  readonly request: Dispatcher.DispatchOptions;
  readonly deadlines: Deadlines;
  readonly deadlineMs: number;
}

/** Any answer is one, whatever its status. Never rejects. */
export function exchange(options: ExchangeOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const running = new Exchange(options, resolve);
    options.deadlines.add(running);
    options.dispatcher.dispatch(options.request, running);
  });
}

const late = () => new Error('the subgraph did not answer in time');
/** Errors of undici that are about the request or the answer, not about the connection. */
const malformedCodes: ReadonlySet<unknown> = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_INVALID_ARG',
]);

class Exchange implements Dispatcher.DispatchHandler, Timed {
  readonly deadlineMs: number;
  readonly #deadlines: Deadlines;
  readonly #resolve: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #isOver = false;
  #status = 0;
  #cacheControl: string | undefined;
  #chunks: Buffer[] = [];

  constructor({ deadlines, deadlineMs }: ExchangeOptions, resolve: (outcome: Outcome) => void) {
    this.deadlineMs = deadlineMs;
    this.#deadlines = deadlines;
    this.#resolve = resolve;
  }

  /** A connection is about to send the request. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It was late while it waited for a connection: nothing is sent for nobody.
    if (this.#isOver) controller.abort(late());
    else this.#controller = controller;
  }

  onResponseStart(_controller: unknown, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#cacheControl = headers['cache-control'];
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first, ...rest] = this.#chunks;
    const bytes = first !== undefined && rest.length === 0 ? first : Buffer.concat(this.#chunks);
    this.#end({ kind: 'answered', reply: new SubgraphReply(this.#status, bytes, this.#cacheControl) });
  }

  onResponseError(_controller: unknown, cause: Error): void {
    const hasLeft = this.#controller !== null;
    const isMalformed = malformedCodes.has((cause as NodeJS.ErrnoException).code);
    const reason = isMalformed ? 'malformed' : hasLeft ? 'broken' : 'unreachable';
    this.#end({ kind: 'failed', reason, cause, hasLeft });
  }

  expire(): void {
    const cause = late();
    this.#end({ kind: 'failed', reason: 'late', cause, hasLeft: this.#controller !== null });
    this.#controller?.abort(cause);
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadlines.delete(this);
    this.#chunks = [];
    this.#resolve(outcome);
  }
}

const byteOrderMark = '\ufeff';

/** A GraphQL result, as far as can be seen without reading all of it. */
export class SubgraphReply {
  readonly status: number;
  /** The body as it came, UTF-8: to be handed on as it is. Not to be written to. */
  readonly bytes: Buffer;
  readonly cacheControl: string | undefined;

  constructor(status: number, bytes: Buffer, cacheControl: string | string[] | undefined) {
    this.status = status;
    this.bytes = bytes;
    this.cacheControl = Array.isArray(cacheControl) ? cacheControl.join(', ') : cacheControl;
  }

  /** The body decoded, without a byte order mark: at each access anew. */
  get text(): string {
    const text = this.bytes.toString('utf8');
    return text.startsWith(byteOrderMark) ? text.slice(1) : text;
  }
}
