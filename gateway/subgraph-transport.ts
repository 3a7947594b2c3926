/**
 * HISTORY and SEND: sends the text of a request to one of the copies of a subgraph and gives its answer as it came, over pooled keep-alive connections. One per
 * subgraph, made by subgraphs.ts; called by data-source.ts and by the compiled plans in queries/. Copies take turns; one that fails is passed over.
 */
import { setTimeout } from 'node:timers/promises';
import { reachFailPoint } from '#platform/fail-points.ts';
import { serviceUnavailable, unknownOutcome } from '#platform/graphql-errors.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import type { Logger } from '#platform/logger.ts';
import type { GatewayConfig } from './config.ts';
import type { Failure, FailureReason, Outcome, SubgraphReply } from './traffic/exchange.ts';
import type { HeaderRules, Headers } from './traffic/header-rules.ts';
import { toHeaderLines } from './traffic/http-request.ts';
import { createToHeaders } from './traffic/requester-headers.ts';
import { RetryBudget } from './traffic/retry-budget.ts';
import type { CopyRequest } from './traffic/subgraph-copy.ts';
import { SubgraphCopy } from './traffic/subgraph-copy.ts';
import type { SubgraphTraffic } from './traffic/traffic-metrics.ts';
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

export type { SubgraphReply };

export interface SubgraphTransport extends AsyncDisposable {
  readonly name: string;
  /** All that the subgraph learns of the viewer and the client: requests with the same are from the same. The same for all fetches of an operation. */
  toHeaders(context: GatewayContext): Readonly<Record<string, string>>;
  /** Rejects with a GraphQLError: SERVICE_UNAVAILABLE, or UNKNOWN_OUTCOME when something may have been changed. */
  send(request: SubgraphRequest): Promise<SubgraphReply>;
  /** Does any copy answer? */
  isUp(): Promise<boolean>;
}

/** The settings of that name. */
export type TrafficLimits = Pick<
  GatewayConfig,
  | 'subgraphTimeoutMs'
  | 'subgraphRetriesMax'
  | 'subgraphRetryWaitMs'
  | 'subgraphRetryBudgetPercent'
  | 'subgraphCircuitFailuresPercent'
  | 'subgraphCircuitRequestsMin'
  | 'subgraphCircuitWindowMs'
  | 'subgraphCircuitOpenMs'
>;

export interface SubgraphTransportOptions {
  readonly name: string;
  /** Copies of the subgraph: URLs of its /graphql. */
  readonly urls: readonly string[];
  readonly internalKey: string;
  readonly limits: TrafficLimits;
  readonly headerRules: HeaderRules;
  readonly traffic: SubgraphTraffic;
  readonly logger: Logger;
}

/** Failures that another try may not meet. */
const passing: ReadonlySet<FailureReason> = new Set(['unreachable', 'broken', 'unavailable']);

/** Opens no connection before the first request. */
export function createSubgraphTransport(options: SubgraphTransportOptions): SubgraphTransport {
  const { name, limits, traffic, logger } = options;
  const { subgraphTimeoutMs: timeoutMs, subgraphRetriesMax: retriesMax } = limits;
  /** Nothing that a client sent as a header reaches a subgraph unless it is in the request's headers. */
  const constantHeaders = {
    'content-type': 'application/json',
    accept: 'application/json',
    [internalKeyHeader]: options.internalKey,
  };
  const copies = options.urls.map((url) => createCopy(options, url, constantHeaders));
  const budget = new RetryBudget(limits.subgraphRetryBudgetPercent);
  let turn = 0;
  /** Has it been said in the log that nobody answers? */
  let isSilent = false;

  /** One copy after the other, until one answers. Each has the whole time, or what is left of it until `endsAtMs`. */
  async function askInTurn(asked: CopyRequest, endsAtMs: number | null): Promise<Outcome> {
    turn = (turn + 1) % copies.length;
    const first = turn;
    let outcome: Outcome | null = null;
    for (let tried = 0; tried < copies.length; tried += 1) {
      const copy = copies[(first + tried) % copies.length] as SubgraphCopy;
      if (copy.isLeftAlone) continue;
      reachFailPoint('gateway.forwarding');
      outcome = await copy.ask(asked, endsAtMs ?? performance.now() + timeoutMs);
      if (outcome.kind === 'answered' || (asked.kind === 'mutation' && outcome.hasLeft)) return outcome;
    }
    if (outcome !== null) return outcome;
    traffic.noteFailure('left alone');
    const cause = new Error(`every copy of ${name} fails too often and is left alone`);
    return { kind: 'failed', reason: 'left alone', cause, hasLeft: false };
  }

  async function askAgain(asked: CopyRequest, failed: Failure, endsAtMs: number): Promise<Outcome> {
    let outcome: Outcome = failed;
    for (let retry = 0; retry < retriesMax; retry += 1) {
      if (outcome.kind === 'answered' || !passing.has(outcome.reason)) return outcome;
      const waitMs = limits.subgraphRetryWaitMs * 2 ** retry * (0.5 + Math.random() / 2);
      if (performance.now() + waitMs >= endsAtMs) return outcome;
      if (!budget.take()) {
        traffic.retriesDenied += 1;
        return outcome;
      }
      await setTimeout(waitMs);
      traffic.retries += 1;
      outcome = await askInTurn(asked, endsAtMs);
    }
    return outcome;
  }

  async function send({ body, kind, headers }: SubgraphRequest): Promise<SubgraphReply> {
    const asked: CopyRequest = { body, kind, headerLines: toHeaderLines(headers) };
    budget.noteRequest();
    const endsAtMs = performance.now() + timeoutMs;
    let outcome = await askInTurn(asked, null);
    if (outcome.kind === 'failed' && kind === 'query') outcome = await askAgain(asked, outcome, endsAtMs);
    if (outcome.kind === 'answered') {
      isSilent = false;
      return outcome.reply;
    }
    const { cause, hasLeft } = outcome;
    if (!isSilent) logger.warn({ err: cause, subgraph: name }, 'a subgraph does not answer');
    isSilent = true;
    const isUnsure = kind === 'after-mutation' || (kind === 'mutation' && hasLeft);
    throw isUnsure ? unknownOutcome(cause) : serviceUnavailable(cause);
  }

  return {
    name,
    toHeaders: createToHeaders(options.headerRules, name),
    send,
    isUp: async () => {
      const answers = await Promise.all(copies.map((copy) => copy.isAlive()));
      return answers.includes(true);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(copies.map((copy) => copy[Symbol.asyncDispose]()));
    },
  };
}

/** What to throw when the answer, read whole, turns out not to be a GraphQL result. */
export function toMalformedAnswer(kind: SubgraphRequest['kind'], { status }: SubgraphReply): Error {
  const cause = new Error(`the subgraph answered ${status} with what is no GraphQL result`);
  return kind === 'query' ? serviceUnavailable(cause) : unknownOutcome(cause);
}

function createCopy(
  { name, limits, traffic, logger }: SubgraphTransportOptions,
  url: string,
  headers: Headers,
): SubgraphCopy {
  return new SubgraphCopy({
    ...{ subgraph: name, url, headers, traffic, logger },
    timeoutMs: limits.subgraphTimeoutMs,
    circuit: {
      failuresPercent: limits.subgraphCircuitFailuresPercent,
      requestsMin: limits.subgraphCircuitRequestsMin,
      windowMs: limits.subgraphCircuitWindowMs,
      openMs: limits.subgraphCircuitOpenMs,
    },
  });
}
