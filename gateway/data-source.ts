/**
 * Asks one subgraph over pooled keep-alive connections: HISTORY and SEND on the way in, and the rest of a live event's plan. One per subgraph, made by
 * gateway.ts, called by Apollo's executor. Copies take turns; one that refuses the connection is passed over.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { Pool } from 'undici';
import { reachFailPoint } from '#platform/fail-points.ts';
import { serviceUnavailable, unknownOutcome } from '#platform/graphql-errors.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import { clientHeaders } from '#platform/subgraph/authenticate.ts';
import type { GatewayContext } from './viewer.ts';

type ProcessOptions = Parameters<GraphQLDataSource['process']>[0];
type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;

export interface DataSourceOptions {
  readonly name: string;
  /** Copies of the subgraph: URLs of its /graphql. */
  readonly urls: readonly string[];
  readonly internalKey: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

export interface SubgraphDataSource extends GraphQLDataSource, AsyncDisposable {
  /** Does any copy answer? */
  isUp(): Promise<boolean>;
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

/** What undici and Node say when no byte of the request has left. */
const refusedCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Opens no connection before the first request. */
export function createDataSource(options: DataSourceOptions): SubgraphDataSource {
  const { name, timeoutMs, logger } = options;
  const copies: readonly Copy[] = options.urls.map((url) => openCopy(new URL(url), timeoutMs));
  let turn = 0;
  /** Has it been said in the log that nobody answers? */
  let isSilent = false;

  async function process({ request, ...rest }: ProcessOptions): Promise<Answer> {
    const incoming = 'incomingRequestContext' in rest ? rest.incomingRequestContext : null;
    const context = incoming === null ? null : (incoming.context as GatewayContext);
    const isMutation = request.query?.startsWith('mutation') ?? false;
    // A later fetch of a mutation's plan: what the first one did stands, so its failure must not look like a refusal.
    const isAfterMutation = !isMutation && incoming?.operation?.operation === 'mutation';
    const body = JSON.stringify({
      query: request.query,
      variables: request.variables,
      operationName: request.operationName,
    });
    const headers = createHeaders(options.internalKey, context);
    turn = (turn + 1) % copies.length;
    let cause: unknown = new Error(`no copy of ${name} is known`);
    for (let tried = 0; tried < copies.length; tried += 1) {
      const copy = copies[(turn + tried) % copies.length] as Copy;
      reachFailPoint('gateway.forwarding');
      try {
        const answer = await ask(copy, { body, headers, timeoutMs });
        isSilent = false;
        return answer;
      } catch (error) {
        cause = error;
        if (isMutation && !isRefused(error)) break;
      }
    }
    if (!isSilent) logger.warn({ err: cause, subgraph: name }, 'a subgraph does not answer');
    isSilent = true;
    const mayHaveChanged = isAfterMutation || (isMutation && !isRefused(cause));
    throw mayHaveChanged ? unknownOutcome(cause) : serviceUnavailable(cause);
  }

  return {
    process,
    isUp: async () => {
      const answers = await Promise.all(copies.map(isAlive));
      return answers.includes(true);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(copies.map(({ pool }) => pool.close()));
    },
  };
}

function openCopy(url: URL, timeoutMs: number): Copy {
  const pool = new Pool(url.origin, {
    connections: connectionsPerCopy,
    connect: { timeout: connectTimeoutMs },
    keepAliveTimeout: idleMs,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: answerBytesMax,
  });
  return { pool, path: `${url.pathname}${url.search}` };
}

/** Only these go out: nothing that a client sent as a header reaches a subgraph unless it is named here. */
function createHeaders(internalKey: string, context: GatewayContext | null): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json',
    [internalKeyHeader]: internalKey,
  };
  if (context === null) return headers;
  if (context.identity.kind === 'viewer') headers.authorization = context.identity.authorization;
  if (context.client.ipAddress !== null) headers[clientHeaders.ipAddress] = context.client.ipAddress;
  if (context.client.userAgent !== null) headers[clientHeaders.userAgent] = context.client.userAgent;
  return headers;
}

async function ask(
  { pool, path }: Copy,
  { body, headers, timeoutMs }: { body: string; headers: Record<string, string>; timeoutMs: number },
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await pool.request({ method: 'POST', path, headers, body, signal });
  const text = await response.body.text();
  // 401 is about our key, not about the user: users' tokens are refused inside a GraphQL answer.
  if (response.statusCode === 401) throw new Error('the subgraph refuses the internal key');
  const answer = parseAnswer(text);
  if (answer === null)
    throw new Error(`the subgraph answered ${response.statusCode} without a GraphQL result`);
  return answer;
}

function parseAnswer(text: string): Answer | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer)) return null;
  const { errors, ...rest } = answer as {
    data?: Record<string, unknown>;
    errors?: readonly GraphQLFormattedError[];
  };
  // The executor takes an error over only as an instance; a plain object would be masked later.
  return errors === undefined
    ? rest
    : { ...rest, errors: errors.map(toGraphQLError) as readonly GraphQLFormattedError[] };
}

function toGraphQLError(error: GraphQLFormattedError): GraphQLError {
  const { message, path, extensions } = error;
  return new GraphQLError(message, { path, extensions });
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && refusedCodes.has(String(error.code));
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
