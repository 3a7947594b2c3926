/** HISTORY and SEND: one request to one copy of a subgraph and how it ended. Called by subgraph-copy.ts, sent by http-pool.ts. */
import type { Deadlines, Timed } from './deadlines.ts';
import type { HttpConnection, HttpExchange } from './http-connection.ts';
import type { HttpPool } from './http-pool.ts';
import type { HttpResponse } from './http-response.ts';
import { MalformedResponse } from './http-response.ts';

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
  readonly pool: HttpPool;
  /** As HttpExchange has it. */
  readonly request: string | Buffer;
  readonly isRepeatable: boolean;
  readonly deadlines: Deadlines;
  readonly deadlineMs: number;
}

/** Any answer is one, whatever its status. Never rejects. */
export function exchange(options: ExchangeOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const running = new Exchange(options, resolve);
    options.deadlines.add(running);
    options.pool.send(running);
  });
}

class Exchange implements HttpExchange, Timed {
  readonly request: string | Buffer;
  readonly deadlineMs: number;
  place = -1;
  isQueued = false;
  readonly isRepeatable: boolean;
  readonly #pool: HttpPool;
  readonly #deadlines: Deadlines;
  readonly #resolve: (outcome: Outcome) => void;
  #connection: HttpConnection | null = null;
  #isOver = false;

  constructor(options: ExchangeOptions, resolve: (outcome: Outcome) => void) {
    this.request = options.request;
    this.isRepeatable = options.isRepeatable;
    this.deadlineMs = options.deadlineMs;
    this.#pool = options.pool;
    this.#deadlines = options.deadlines;
    this.#resolve = resolve;
  }

  /** One that was late while it waited for a connection is not sent: that would be for nobody. */
  get isWanted(): boolean {
    return !this.#isOver;
  }

  begin(connection: HttpConnection): void {
    this.#connection = connection;
  }

  end({ status, body, cacheControl }: HttpResponse): void {
    this.#end({ kind: 'answered', reply: new SubgraphReply(status, body, cacheControl) });
  }

  fail(cause: Error): void {
    const hasLeft = this.#connection !== null;
    const isMalformed = cause instanceof MalformedResponse;
    const reason = isMalformed ? 'malformed' : hasLeft ? 'broken' : 'unreachable';
    this.#end({ kind: 'failed', reason, cause, hasLeft });
  }

  expire(): void {
    const cause = new Error('the subgraph did not answer in time');
    this.#end({ kind: 'failed', reason: 'late', cause, hasLeft: this.#connection !== null });
    if (this.isQueued) this.#pool.noteUnwanted();
    this.#connection?.destroy(cause);
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadlines.delete(this);
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

  constructor(status: number, bytes: Buffer, cacheControl: string | undefined) {
    this.status = status;
    this.bytes = bytes;
    this.cacheControl = cacheControl;
  }

  /** The body decoded, without a byte order mark: at each access anew. */
  get text(): string {
    const text = this.bytes.toString('utf8');
    return text.startsWith(byteOrderMark) ? text.slice(1) : text;
  }
}
