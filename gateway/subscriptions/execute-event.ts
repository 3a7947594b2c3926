/**
 * LIVE 2/2: events of an upstream subscription -> the results a client asked for. Runs the rest of the plan through Apollo's executor, for which
 * the events are the answer of one more data source. Called by subscribe.ts with those that wait.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLDataSource, ServiceMap } from '@apollo/gateway';
import { executeQueryPlan } from '@apollo/gateway';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Logger } from '#platform/logger.ts';
import type { ErrorCode } from '#schema/errors.ts';
import type { SubscriptionPlan } from './generation.ts';
import { eventService, eventsField } from './generation.ts';

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
 * The results in the order of the events, errors not yet formatted. An event is not given to a client with holes torn by a subgraph that is away: all are
 * executed again until every subgraph answers. Throws EventUndeliverable after `patienceMs`, and when `signal` is aborted.
 */
export async function executeEventsWhole(
  execution: EventExecution,
  events: readonly UpstreamResult[],
  { patienceMs, signal }: { readonly patienceMs: number; readonly signal: AbortSignal },
): Promise<readonly ExecutionResult[]> {
  const giveUpAt = performance.now() + patienceMs;
  for (let waitMs = retryFirstMs; ; waitMs = Math.min(waitMs * 2, retryLastMs)) {
    const { data, errors } = await executeEvents(execution, events);
    const hasOwnErrors = events.some((event) => event.errors !== undefined);
    if (hasOwnErrors || !isSubgraphAway(errors)) {
      if (errors.length === 0) return data.map((one) => ({ data: one }));
      if (events.length === 1) return [{ data: data[0] ?? null, errors }];
      // An error of many does not always say whose it is.
      const alone = events.map((event) => executeEventsWhole(execution, [event], { patienceMs, signal }));
      return (await Promise.all(alone)).flat();
    }
    if (signal.aborted || performance.now() + waitMs > giveUpAt)
      throw new EventUndeliverable('a subgraph does not answer');
    await delay(waitMs);
  }
}

/**
 * What passes. A copy whose clock is wrong refuses good tokens; of a token that really has ended the gateway knows by itself, and closes the socket.
 */
const passing: ReadonlySet<unknown> = new Set<ErrorCode>([
  'SERVICE_UNAVAILABLE',
  'OVERLOADED',
  'UNAUTHENTICATED',
]);

function isSubgraphAway(errors: readonly GraphQLError[]): boolean {
  return errors.some(({ extensions }) => passing.has(extensions.code));
}

/** One attempt, as one operation on a list of events; what the data sources are asked for different events is joined by the executor. */
async function executeEvents(
  execution: EventExecution,
  events: readonly UpstreamResult[],
): Promise<{ data: readonly (Record<string, unknown> | null)[]; errors: readonly GraphQLError[] }> {
  const { plan, services, variables, context, logger } = execution;
  const { generation, operationContext, primary } = plan;
  const source = { process: async () => toAnswer(events) } as unknown as GraphQLDataSource;
  // `metrics` has to be there: the executor writes the paths of subgraph errors into it.
  const request = { query: primary.operation, variables };
  const requestContext = { request, context, logger, metrics: {} } as unknown as RequestContext;
  const result = await executeQueryPlan(
    plan.plan,
    { ...services, [eventService]: source },
    requestContext,
    operationContext,
    generation.supergraphSchema,
    generation.eventsSchema,
  );
  const list = result.data?.[eventsField] as (Record<string, unknown> | null)[] | null | undefined;
  // Where no subgraph has said why something is missing that must not be, the executor tells it only here.
  const violations = result.extensions?.valueCompletion as readonly GraphQLError[] | undefined;
  return {
    data: list ?? events.map(() => null),
    errors: (result.errors ?? violations ?? []).map((error) => toEventError(error, primary.serviceName)),
  };
}

/** The executor merges into what it is given, and an event may have to be executed again. */
function toAnswer(events: readonly UpstreamResult[]): object {
  const data = { [eventsField]: events.map((event) => structuredClone(event.data ?? null)) };
  const errors = events.flatMap((event, index) =>
    (event.errors ?? []).map(
      ({ message, path, extensions }) =>
        new GraphQLError(message, {
          path: path === undefined ? undefined : [eventsField, index, ...path],
          extensions,
        }),
    ),
  );
  return errors.length === 0 ? { data } : { data, errors };
}

/** As if the event had been executed alone, at the subgraph it came from. */
function toEventError(error: GraphQLError, serviceName: string): GraphQLError {
  const { message, path, extensions, originalError } = error;
  return new GraphQLError(message, {
    path: path?.[0] === eventsField ? path.slice(2) : path,
    originalError,
    extensions: extensions.serviceName === eventService ? { ...extensions, serviceName } : extensions,
  });
}
