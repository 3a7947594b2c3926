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

/**
 * The results in the order of the events, errors not yet formatted. An event is not given to a client with holes torn by a subgraph that is away: it is
 * executed again until every subgraph answers, for `patienceMs`; after that it has none: null. Many that fail together are halved, so that one that can't
 * be served holds up no other.
 */
export async function executeEventsWhole(
  execution: EventExecution,
  events: readonly UpstreamResult[],
  patienceMs: number,
): Promise<readonly (ExecutionResult | null)[]> {
  const giveUpAt = performance.now() + patienceMs;
  for (let waitMs = retryFirstMs; ; waitMs = Math.min(waitMs * 2, retryLastMs)) {
    const { data, errors } = await executeEvents(execution, events);
    if (errors.length === 0) return data.map((one) => ({ data: one }));
    const mayPass = isPassing(errors) && events.every((event) => event.errors === undefined);
    if (!mayPass && events.length === 1) return [{ data: data[0] ?? null, errors }];
    const isOverdue = performance.now() + waitMs > giveUpAt;
    if (isOverdue && events.length === 1) return [null];
    if (mayPass && !isOverdue) await delay(waitMs);
    // An error of many does not always say whose it is.
    if (events.length > 1) return executeHalves(execution, events, giveUpAt - performance.now());
  }
}

async function executeHalves(
  execution: EventExecution,
  events: readonly UpstreamResult[],
  patienceMs: number,
): Promise<readonly (ExecutionResult | null)[]> {
  const middle = Math.ceil(events.length / 2);
  const halves = [events.slice(0, middle), events.slice(middle)].map((half) =>
    executeEventsWhole(execution, half, patienceMs),
  );
  return (await Promise.all(halves)).flat();
}

/**
 * What passes. A copy whose clock is wrong refuses good tokens; of a token that really has ended the gateway knows by itself, and closes the socket.
 */
const passing: ReadonlySet<unknown> = new Set<ErrorCode>([
  'SERVICE_UNAVAILABLE',
  'OVERLOADED',
  'UNAUTHENTICATED',
]);

function isPassing(errors: readonly GraphQLError[]): boolean {
  return errors.some(({ extensions }) => passing.has(extensions.code));
}

/** One attempt, as one operation on a list of events; what the data sources are asked for different events is joined by the executor. */
async function executeEvents(
  execution: EventExecution,
  events: readonly UpstreamResult[],
): Promise<{ data: readonly (Record<string, unknown> | null)[]; errors: readonly GraphQLError[] }> {
  const { plan, services, variables, context, logger } = execution;
  const { generation, operationContext, primary } = plan;
  const source = { process: async () => toAnswer(events, plan) } as unknown as GraphQLDataSource;
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
function toAnswer(events: readonly UpstreamResult[], plan: SubscriptionPlan): object {
  const data = { [eventsField]: events.map((event) => structuredClone(event.data ?? null)) };
  const errors = events.flatMap((event, index) =>
    [...(event.errors ?? []), ...findUntyped(event, plan)].map(
      ({ message, path, extensions }) =>
        new GraphQLError(message, {
          path: path === undefined ? undefined : [eventsField, index, ...path],
          extensions,
        }),
    ),
  );
  return errors.length === 0 ? { data } : { data, errors };
}

/** The executor would skip them, and nobody would learn why fields of other subgraphs are null. */
function findUntyped({ data }: UpstreamResult, { entityPaths }: SubscriptionPlan): GraphQLFormattedError[] {
  return entityPaths.flatMap((path) =>
    walk(data, path, []).map((at) => ({
      message: 'The event has an object of another subgraph without its __typename.',
      path: at,
    })),
  );
}

type Path = readonly (string | number)[];

function walk(value: unknown, [step, ...rest]: readonly string[], at: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    const path = step === '@' ? rest : [step, ...rest].filter((one) => one !== undefined);
    return value.flatMap((item, index) => walk(item, path, [...at, index]));
  }
  if (step !== undefined) return walk(Reflect.get(value, step), rest, [...at, step]);
  return typeof Reflect.get(value, '__typename') === 'string' ? [] : [at];
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
