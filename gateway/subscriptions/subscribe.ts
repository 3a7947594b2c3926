/**
 * LIVE 2/2: a client's subscription from plan to stream: opens `primary` at the subgraph that owns the field and runs the rest of the plan for each
 * event. Called by gateway/websocket.ts, calls upstream.ts, execute-event.ts, event-stream.ts. It knows no field of any subgraph.
 */
import type { ServiceMap } from '@apollo/gateway';
import type { ExecutionResult, FormattedExecutionResult } from 'graphql';
import { GraphQLError, getVariableValues } from 'graphql';
import { reachFailPoint } from '#platform/fail-points.ts';
import { createGraphQLError } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { EventStream } from './event-stream.ts';
import { createEventStream } from './event-stream.ts';
import type { FormatError, UpstreamResult } from './execute-event.ts';
import { EventUndeliverable, executeEventsWhole } from './execute-event.ts';
import type { SubscriptionPlan } from './generation.ts';
import type { Upstream } from './upstream.ts';

export interface SubscriberOptions {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly services: ServiceMap;
  readonly formatError: FormatError;
  readonly queueBytesMax: number;
  readonly logger: Logger;
}

export interface SubscriptionRequest {
  readonly plan: SubscriptionPlan;
  /** As coerceVariables made them. */
  readonly variables: Record<string, unknown>;
  readonly authorization: string;
  /** Reaches the data sources. */
  readonly context: object;
  /** Events may be missing from now on: the client has to come back with its cursor. */
  readonly onInterrupted: (reason: 'upstream lost' | 'subgraph away' | 'too slow') => void;
}

export type Subscribe = (
  request: SubscriptionRequest,
) => EventStream<UpstreamResult, FormattedExecutionResult>;

const runsMax = 4;
const runEventsMax = 100;
/** A subgraph that restarts is back within this time. */
const patienceMs = 10_000;

/** The stream ends when the subgraph completes; it throws a GraphQLError when the subgraph ends it with one. */
export function createSubscribe(options: SubscriberOptions): Subscribe {
  return (request) => {
    const { plan, variables, context, onInterrupted } = request;
    const upstream = options.upstreams.get(plan.primary.serviceName);
    if (upstream === undefined) throw new Error(`no connection to the subgraph ${plan.primary.serviceName}`);
    const execution = { plan, variables, context, services: options.services, logger: options.logger };
    const closed = new AbortController();
    const stream = createEventStream<UpstreamResult, FormattedExecutionResult>({
      execute: async (events) => {
        try {
          const results = await executeEventsWhole(execution, events, { patienceMs, signal: closed.signal });
          return results.map((result) => formatResult(result, options.formatError));
        } catch (error) {
          if (!(error instanceof EventUndeliverable))
            return events.map(() => ({ data: null, errors: [formatUnknown(error, options.formatError)] }));
          if (!closed.signal.aborted) onInterrupted('subgraph away');
          await stream.return();
          throw error;
        }
      },
      runsMax,
      runEventsMax,
      queueBytesMax: options.queueBytesMax,
      onOverflow: () => onInterrupted('too slow'),
      onTaken: () => operation.noteTaken(),
      onClose: () => {
        closed.abort();
        operation.stop();
      },
    });
    const asked = {
      query: plan.primary.operation,
      variables: pickVariables(variables, plan.primary.variableUsages),
      authorization: request.authorization,
    };
    const operation = upstream.subscribe(asked, {
      next: (result, bytes) => {
        reachFailPoint('gateway.event');
        stream.push(result, bytes);
      },
      complete: () => stream.end(),
      error: ([first]) => {
        const { message, extensions } = first ?? { message: 'The subscription was ended.', extensions: {} };
        stream.end(new GraphQLError(message, { extensions }));
      },
      lost: () => {
        onInterrupted('upstream lost');
        stream.end();
      },
      unavailable: () => {
        onInterrupted('subgraph away');
        stream.end();
      },
    });
    return stream;
  };
}

/** The executor takes variables as they are, so they get their defaults and are checked here. Throws BAD_USER_INPUT. */
export function coerceVariables(
  plan: SubscriptionPlan,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { operation } = plan.operationContext;
  const { coerced, errors } = getVariableValues(
    plan.generation.schema,
    operation.variableDefinitions ?? [],
    raw,
  );
  const [problem] = errors ?? [];
  if (problem !== undefined) throw createGraphQLError('BAD_USER_INPUT', problem.message);
  return { ...coerced };
}

function pickVariables(
  variables: Readonly<Record<string, unknown>>,
  names: readonly string[] | undefined,
): Record<string, unknown> {
  return Object.fromEntries(
    (names ?? []).filter((name) => name in variables).map((name) => [name, variables[name]]),
  );
}

function formatResult({ data, errors }: ExecutionResult, formatError: FormatError): FormattedExecutionResult {
  if (errors === undefined) return { data: data ?? null };
  return { data: data ?? null, errors: errors.map((error) => formatError(error.toJSON(), error)) };
}

function formatUnknown(error: unknown, formatError: FormatError): ReturnType<FormatError> {
  const known =
    error instanceof GraphQLError ? error : new GraphQLError('unexpected', { originalError: error as Error });
  return formatError(known.toJSON(), known);
}
