/**
 * LIVE 2/2: one event of an upstream subscription -> the result a client asked for. Runs the rest of the plan through Apollo's executor, for which
 * the event is the answer of one more data source. Called by subscribe.ts for each event.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLDataSource, ServiceMap } from '@apollo/gateway';
import { executeQueryPlan } from '@apollo/gateway';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Logger } from '#platform/logger.ts';
import type { ErrorCode } from '#schema/errors.ts';
import type { SubscriptionPlan } from './generation.ts';
import { eventService } from './generation.ts';

type RequestContext = Parameters<typeof executeQueryPlan>[2];

/** What a subgraph sends for one event. */
export interface UpstreamResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

export interface EventExecution {
  readonly plan: SubscriptionPlan;
  readonly services: ServiceMap;
  /** Coerced: the executor passes them on as they are. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Reaches the data sources. */
  readonly context: object;
  readonly logger: Logger;
}

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

const retryFirstMs = 100;
const retryLastMs = 1_000;

/** A subgraph that the rest of the plan needs did not answer for so long that the event can't be delivered whole. */
export class EventUndeliverable extends Error {
  override readonly name = 'EventUndeliverable';
}

/**
 * The result, errors not yet formatted. An event is not given to a client with holes torn by a subgraph that is away: it is executed again until all
 * answer. Throws EventUndeliverable after `patienceMs`, and when `signal` is aborted.
 */
export async function executeEventWhole(
  execution: EventExecution,
  event: UpstreamResult,
  { patienceMs, signal }: { readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<ExecutionResult> {
  const giveUpAt = performance.now() + patienceMs;
  for (let waitMs = retryFirstMs; ; waitMs = Math.min(waitMs * 2, retryLastMs)) {
    // The executor merges into the event it is given.
    const result = await executeEvent(execution, structuredClone(event));
    if (event.errors !== undefined || !isSubgraphAway(result)) return result;
    if (signal.aborted || performance.now() + waitMs > giveUpAt)
      throw new EventUndeliverable('a subgraph does not answer');
    await delay(waitMs);
  }
}

function isSubgraphAway({ errors }: ExecutionResult): boolean {
  return (
    errors?.some(({ extensions }) => extensions.code === ('SERVICE_UNAVAILABLE' satisfies ErrorCode)) ?? false
  );
}

/** One attempt; merges into the event. */
export async function executeEvent(
  execution: EventExecution,
  event: UpstreamResult,
): Promise<ExecutionResult> {
  const { plan, services, variables, context, logger } = execution;
  const { generation, operationContext, primary } = plan;
  const source = { process: async () => toAnswer(event) } as unknown as GraphQLDataSource;
  // `metrics` has to be there: the executor writes the paths of subgraph errors into it.
  const request = { query: primary.operation, variables };
  const requestContext = { request, context, logger, metrics: {} } as unknown as RequestContext;
  const result = await executeQueryPlan(
    plan.plan,
    { ...services, [eventService]: source },
    requestContext,
    operationContext,
    generation.supergraphSchema,
    generation.apiSchema,
  );
  const errors = result.errors?.map((error) => nameSubgraph(error, primary.serviceName));
  return errors === undefined ? { data: result.data ?? null } : { data: result.data ?? null, errors };
}

function toAnswer(event: UpstreamResult): object {
  const errors = event.errors?.map(
    ({ message, path, extensions }) => new GraphQLError(message, { path, extensions }),
  );
  return errors === undefined ? event : { ...event, errors };
}

function nameSubgraph(error: GraphQLError, serviceName: string): GraphQLError {
  if (error.extensions.serviceName !== eventService) return error;
  error.extensions.serviceName = serviceName;
  return error;
}
