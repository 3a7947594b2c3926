/**
 * LIVE 2/2: events of an upstream subscription -> the results a client asked for. Runs the rest of the plan through Apollo's executor, for which
 * the events are the answer of one more data source. Called by joint-execution.ts with those that wait.
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

/** Of one event. */
export interface EventResult {
  /** Errors not yet formatted; null when a subgraph did not answer for too long. */
  readonly result: ExecutionResult | null;
  /** Whether every subgraph that was asked for it said that anybody may see its answer. */
  readonly isPublic: boolean;
}

export interface Patience {
  /** How long an event waits for a subgraph that is away. */
  readonly forMs: number;
  /** Which of the errors of a subgraph pass. */
  readonly passing: ReadonlySet<ErrorCode>;
}

/**
 * The results in the order of the events. An event is not given to a client with holes torn by a subgraph that is away: it is executed again until every
 * subgraph answers. Many that fail together are halved, so that one that can't be served holds up no other.
 */
export async function executeEventsWhole(
  execution: EventExecution,
  events: readonly UpstreamResult[],
  { forMs, passing }: Patience,
): Promise<readonly EventResult[]> {
  const giveUpAt = performance.now() + forMs;
  const mayPass = (errors: readonly GraphQLError[]) =>
    errors.some(({ extensions }) => passing.has(extensions.code as ErrorCode)) &&
    events.every((event) => event.errors === undefined);
  for (let waitMs = retryFirstMs; ; waitMs = Math.min(waitMs * 2, retryLastMs)) {
    const { data, errors, isPublic } = await executeEvents(execution, events);
    if (errors.length === 0) return data.map((one) => ({ result: { data: one }, isPublic }));
    const isPassing = mayPass(errors);
    if (!isPassing && events.length === 1)
      return [{ result: { data: data[0] ?? null, errors }, isPublic: false }];
    const isOverdue = performance.now() + waitMs > giveUpAt;
    if (isOverdue && events.length === 1) return [{ result: null, isPublic }];
    if (isPassing && !isOverdue) await delay(waitMs);
    // An error of many does not always say whose it is.
    if (events.length > 1)
      return executeHalves(execution, events, { forMs: giveUpAt - performance.now(), passing });
  }
}

async function executeHalves(
  execution: EventExecution,
  events: readonly UpstreamResult[],
  patience: Patience,
): Promise<readonly EventResult[]> {
  const middle = Math.ceil(events.length / 2);
  const halves = [events.slice(0, middle), events.slice(middle)].map((half) =>
    executeEventsWhole(execution, half, patience),
  );
  return (await Promise.all(halves)).flat();
}

/** One attempt, as one operation on a list of events; what the data sources are asked for different events is joined by the executor. */
async function executeEvents(execution: EventExecution, events: readonly UpstreamResult[]): Promise<Attempt> {
  const { plan, services, variables, context, logger } = execution;
  const { generation, operationContext, primary } = plan;
  const source = { process: async () => toAnswer(events, plan) } as unknown as GraphQLDataSource;
  // `metrics` has to be there: the executor writes the paths of subgraph errors into it.
  const request = { query: primary.operation, variables };
  const requestContext = { request, context, logger, metrics: {} } as unknown as RequestContext;
  const asked = watchAnswers(services);
  const result = await executeQueryPlan(
    plan.plan,
    { ...asked.services, [eventService]: source },
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
    isPublic: asked.isPublic(),
  };
}

interface Attempt {
  readonly data: readonly (Record<string, unknown> | null)[];
  readonly errors: readonly GraphQLError[];
  readonly isPublic: boolean;
}

/** The same services, and what they say of who may see their answers. */
function watchAnswers(services: ServiceMap): { services: ServiceMap; isPublic: () => boolean } {
  let isPublic = true;
  const watched = Object.entries(services).map(([name, service]) => {
    const process = async (request: Parameters<typeof service.process>[0]) => {
      const answer = await service.process(request);
      if (!isPublicAnswer(answer)) isPublic = false;
      return answer;
    };
    return [name, { process }];
  });
  return { services: Object.fromEntries(watched), isPublic: () => isPublic };
}

/** What a data source may say of an answer. Without it, it is the viewer's. */
function isPublicAnswer(answer: object): boolean {
  const { cachePolicy } = answer as { readonly cachePolicy?: { readonly isPublic: boolean } };
  return cachePolicy?.isPublic === true;
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
