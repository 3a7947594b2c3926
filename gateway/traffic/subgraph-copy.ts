/**
 * HISTORY and SEND: one copy of a subgraph: its pool of keep-alive connections, what counts as its answer, and whether it is left alone for failing. Made by
 * subgraph-transport.ts for each URL; calls exchange.ts and circuit-breaker.ts.
 */
import type { Logger } from '#platform/logger.ts';
import type { CircuitLimits } from './circuit-breaker.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { Deadlines } from './deadlines.ts';
import type { ExchangeOptions, FailureReason, Outcome, SubgraphReply } from './exchange.ts';
import { exchange } from './exchange.ts';
import type { Headers } from './header-rules.ts';
import { HttpPool } from './http-pool.ts';
import { toRequest, toRequestStart } from './http-request.ts';
import type { SubgraphTraffic } from './traffic-metrics.ts';

export interface SubgraphCopyOptions {
  readonly subgraph: string;
  readonly url: string;
  /** Of every request. */
  readonly headers: Headers;
  readonly timeoutMs: number;
  readonly circuit: CircuitLimits;
  readonly traffic: SubgraphTraffic;
  readonly logger: Logger;
}

const connectionsPerCopy = 64;
const connectTimeoutMsMax = 1_000;
/** Below the 5 s after which our servers end an idle connection, so a request never meets a connection that is being closed. */
const idleMs = 4_000;
const replyBytesMax = 16 * 1024 * 1024;
const aliveTimeoutMs = 1_500;
/** How nearly every result begins. */
const resultStart = Buffer.from('{"data":');
/** What every GraphQL server can answer. */
const probeBody = '{"query":"{__typename}"}';
/** A proxy says so when it has nobody to ask. */
const unavailableStatuses: ReadonlySet<number> = new Set([502, 503, 504]);
/** What it can't be blamed for says nothing of it: clients could make it look bad by what they ask. */
const faults: ReadonlySet<FailureReason> = new Set(['unreachable', 'late', 'broken', 'unavailable']);

/** All that is asked of a copy. */
export interface CopyRequest {
  readonly body: string;
  readonly kind: 'query' | 'mutation' | 'after-mutation';
  /** Those that differ by request. */
  readonly headerLines: string;
}

type Sent = Pick<ExchangeOptions, 'request' | 'isRepeatable'>;

function repeatable(request: string | Buffer): Sent {
  return { request, isRepeatable: true };
}

/** Opens no connection before the first request. */
export class SubgraphCopy implements AsyncDisposable {
  readonly #options: SubgraphCopyOptions;
  readonly #pool: HttpPool;
  /** Of every request. */
  readonly #start: string;
  /** The whole of a request that any server answers. */
  readonly #aliveRequest: string;
  readonly #deadlines: Deadlines;
  readonly #breaker: CircuitBreaker;

  constructor(options: SubgraphCopyOptions) {
    const url = new URL(options.url);
    this.#options = options;
    this.#start = toRequestStart('POST', url, options.headers);
    this.#aliveRequest = `${toRequestStart('GET', new URL('/health/live', url), {})}\r\n`;
    this.#deadlines = new Deadlines(options.timeoutMs);
    this.#pool = new HttpPool({
      url,
      connectionsMax: connectionsPerCopy,
      // Before the first requests are late: it is the copy's fault, and that has to be seen.
      connectTimeoutMs: Math.min(connectTimeoutMsMax, options.timeoutMs / 2),
      idleMs,
      bodyBytesMax: replyBytesMax,
    });
    this.#breaker = new CircuitBreaker({
      limits: options.circuit,
      probe: () => this.#answers(),
      onChange: (isOpen) => this.#tell(isOpen),
    });
  }

  /** Nothing is to be sent to it. */
  get isLeftAlone(): boolean {
    return this.#breaker.isOpen;
  }

  /** Never rejects. */
  async ask({ body, headerLines, kind }: CopyRequest, deadlineMs: number): Promise<Outcome> {
    const { traffic } = this.#options;
    traffic.requests += 1;
    const outcome = await this.#ask(
      { request: toRequest(this.#start, headerLines, body), isRepeatable: kind === 'query' },
      deadlineMs,
    );
    const isFailure = outcome.kind === 'failed';
    if (isFailure) traffic.noteFailure(outcome.reason);
    // What was late in our own queue says nothing of it, neither good nor bad.
    if (isFailure && outcome.reason === 'late' && !outcome.hasLeft) return outcome;
    this.#breaker.note(isFailure && faults.has(outcome.reason), performance.now());
    return outcome;
  }

  /** Is there a server? A subgraph that is not of ours has nothing at that path, and says so. */
  async isAlive(): Promise<boolean> {
    const outcome = await this.#exchange(repeatable(this.#aliveRequest), performance.now() + aliveTimeoutMs);
    return outcome.kind === 'answered' && outcome.reply.status < 500;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#breaker[Symbol.dispose]();
    await this.#pool[Symbol.asyncDispose]();
    this.#deadlines[Symbol.dispose]();
  }

  #exchange(sent: Sent, deadlineMs: number): Promise<Outcome> {
    return exchange({ ...sent, pool: this.#pool, deadlines: this.#deadlines, deadlineMs });
  }

  async #ask(sent: Sent, deadlineMs: number): Promise<Outcome> {
    const outcome = await this.#exchange(sent, deadlineMs);
    if (outcome.kind === 'failed' || isResult(outcome.reply)) return outcome;
    const { status } = outcome.reply;
    const reason = unavailableStatuses.has(status) ? 'unavailable' : 'malformed';
    return { kind: 'failed', reason, cause: explainRefusal(status), hasLeft: true };
  }

  async #answers(): Promise<boolean> {
    const request = toRequest(this.#start, '', probeBody);
    const outcome = await this.#ask(repeatable(request), performance.now() + this.#options.timeoutMs);
    return outcome.kind === 'answered';
  }

  #tell(isOpen: boolean): void {
    const { subgraph, url, traffic, logger } = this.#options;
    traffic.circuitsOpen += isOpen ? 1 : -1;
    if (isOpen) {
      traffic.circuitsOpened += 1;
      logger.warn({ subgraph, url }, 'a copy of a subgraph fails too often and is left alone');
    } else {
      logger.info({ subgraph, url }, 'a copy of a subgraph answers again');
    }
  }
}

/** Only what is not plainly one is read to find out. */
function isResult(reply: SubgraphReply): boolean {
  // 401 is about our key, not about the user: users' tokens are refused inside a GraphQL answer.
  if (reply.status === 401) return false;
  if (reply.status === 200 && beginsLikeResult(reply.bytes)) return true;
  try {
    const answer: unknown = JSON.parse(reply.text);
    return typeof answer === 'object' && answer !== null && ('data' in answer || 'errors' in answer);
  } catch {
    return false;
  }
}

function beginsLikeResult(bytes: Buffer): boolean {
  return (
    bytes.length > resultStart.length && bytes.compare(resultStart, 0, undefined, 0, resultStart.length) === 0
  );
}

function explainRefusal(status: number): Error {
  return new Error(
    status === 401
      ? 'the subgraph refuses the internal key'
      : `the subgraph answered ${status} without a GraphQL result`,
  );
}
