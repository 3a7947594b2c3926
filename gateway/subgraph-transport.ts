/**
 * HISTORY and SEND: sends the text of a request to one of the copies of a subgraph and gives its answer as it came, over pooled keep-alive connections. One per
 * subgraph, made by subgraphs.ts; called by data-source.ts and by the compiled plans in queries/. Copies take turns; one that fails is passed over.
 */
import { Pool } from 'undici';
import { reachFailPoint } from '#platform/fail-points.ts';
import { serviceUnavailable, unknownOutcome } from '#platform/graphql-errors.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import { Deadlines } from './traffic/deadlines.ts';
import type { Failure, Outcome } from './traffic/exchange.ts';
import { exchange } from './traffic/exchange.ts';
import { toRequesterHeaders } from './traffic/requester-headers.ts';
import type { GatewayContext } from './viewer.ts';

export interface SubgraphRequest {
  /** JSON text of the whole body: query, variables, operationName. */
  readonly body: string;
  /**
   * A query is repeated at another copy when one fails, a mutation only when surely nothing of it has left. After a mutation means: a query of a mutation's
   * plan; it is repeated, and its failure is told as an unknown outcome, since what the mutation did stands.
   */
  readonly kind: 'query' | 'mutation' | 'after-mutation';
  /** From `toHeaders`; names in lower case. The transport adds the rest. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A GraphQL result, as far as can be seen without reading all of it. */
export interface SubgraphReply {
  readonly status: number;
  /** The body as it came, UTF-8: to be handed on as it is. Not to be written to. */
  readonly bytes: Buffer;
  /** The body decoded, without a byte order mark: at each access anew. */
  readonly text: string;
  readonly cacheControl: string | undefined;
}

export interface SubgraphTransport extends AsyncDisposable {
  readonly name: string;
  /** All that the subgraph learns of the viewer and the client: requests with the same are from the same. The same for all fetches of an operation. */
  toHeaders(context: GatewayContext): Readonly<Record<string, string>>;
  /** Rejects with a GraphQLError: SERVICE_UNAVAILABLE, or UNKNOWN_OUTCOME when something may have been changed. */
  send(request: SubgraphRequest): Promise<SubgraphReply>;
  /** Does any copy answer? */
  isUp(): Promise<boolean>;
}

export interface SubgraphTransportOptions {
  readonly name: string;
  /** Copies of the subgraph: URLs of its /graphql. */
  readonly urls: readonly string[];
  readonly internalKey: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

interface Copy {
  readonly pool: Pool;
  readonly path: string;
}

const connectionsPerCopy = 64;
const connectTimeoutMs = 1_000;
/** Below the 5 s after which our servers end an idle connection, so a request never meets a connection that is being closed. */
const idleMs = 4_000;
const answerBytesMax = 16 * 1024 * 1024;
/** How nearly every result begins. */
const resultStart = Buffer.from('{"data":');

/** Opens no connection before the first request. */
export function createSubgraphTransport(options: SubgraphTransportOptions): SubgraphTransport {
  const { name, timeoutMs, logger } = options;
  const copies: readonly Copy[] = options.urls.map((url) => openCopy(new URL(url)));
  const deadlines = new Deadlines(timeoutMs);
  /** As names and values by turns. Nothing that a client sent as a header reaches a subgraph unless it is in the request's headers. */
  const constantHeaders: readonly string[] = [
    ...['content-type', 'application/json'],
    ...['accept', 'application/json'],
    ...[internalKeyHeader, options.internalKey],
  ];
  let turn = 0;
  /** Has it been said in the log that nobody answers? */
  let isSilent = false;

  async function ask({ pool, path }: Copy, body: string, headers: string[]): Promise<Outcome> {
    const request = { method: 'POST' as const, path, headers, body };
    const deadlineMs = performance.now() + timeoutMs;
    const outcome = await exchange({ dispatcher: pool, request, deadlines, deadlineMs });
    if (outcome.kind === 'failed' || isResult(outcome.reply)) return outcome;
    return { kind: 'failed', cause: explainRefusal(outcome.reply), hasLeft: true };
  }

  async function send({ body, kind, headers }: SubgraphRequest): Promise<SubgraphReply> {
    const allHeaders = constantHeaders.slice();
    for (const header of Object.keys(headers)) allHeaders.push(header, headers[header] as string);
    turn = (turn + 1) % copies.length;
    let failure: Failure | null = null;
    for (let tried = 0; tried < copies.length; tried += 1) {
      const copy = copies[(turn + tried) % copies.length] as Copy;
      reachFailPoint('gateway.forwarding');
      const outcome = await ask(copy, body, allHeaders);
      if (outcome.kind === 'answered') {
        isSilent = false;
        return outcome.reply;
      }
      failure = outcome;
      if (kind === 'mutation' && outcome.hasLeft) break;
    }
    const cause = failure?.cause ?? new Error(`no copy of ${name} is known`);
    if (!isSilent) logger.warn({ err: cause, subgraph: name }, 'a subgraph does not answer');
    isSilent = true;
    const isUnsure = kind === 'after-mutation' || (kind === 'mutation' && failure?.hasLeft === true);
    throw isUnsure ? unknownOutcome(cause) : serviceUnavailable(cause);
  }

  return {
    name,
    toHeaders: toRequesterHeaders,
    send,
    isUp: async () => {
      const answers = await Promise.all(copies.map(isAlive));
      return answers.includes(true);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(copies.map(({ pool }) => pool.close()));
      deadlines[Symbol.dispose]();
    },
  };
}

/** What to throw when the answer, read whole, turns out not to be a GraphQL result. */
export function toMalformedAnswer(kind: SubgraphRequest['kind'], { status }: SubgraphReply): Error {
  const cause = new Error(`the subgraph answered ${status} with what is no GraphQL result`);
  return kind === 'query' ? serviceUnavailable(cause) : unknownOutcome(cause);
}

function openCopy(url: URL): Copy {
  const pool = new Pool(url.origin, {
    connections: connectionsPerCopy,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleMs,
    // deadlines.ts keeps the time.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: answerBytesMax,
  });
  return { pool, path: `${url.pathname}${url.search}` };
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

function explainRefusal({ status }: SubgraphReply): Error {
  return new Error(
    status === 401
      ? 'the subgraph refuses the internal key'
      : `the subgraph answered ${status} without a GraphQL result`,
  );
}

async function isAlive({ pool }: Copy): Promise<boolean> {
  try {
    const response = await pool.request({
      method: 'GET',
      path: '/health/live',
      signal: AbortSignal.timeout(1_500),
    });
    await response.body.dump();
    // A subgraph that is not of ours has nothing there, and says so.
    return response.statusCode < 500;
  } catch {
    return false;
  }
}
