/**
 * LIVE 2/2: the subscription engine: events of the subgraphs -> the clients that asked for them, executed and serialized once for all who get the same.
 * Made by gateway.ts; `subscribe` is called by the transports, through client-operation.ts. It knows no field of any subgraph.
 */
import type { ServiceMap } from '@apollo/gateway';
import { getVariableValues } from 'graphql';
import { reachFailPoint } from '#platform/fail-points.ts';
import { createGraphQLError } from '#platform/graphql-errors.ts';
import { pickVariables } from '#platform/graphql-variables.ts';
import type { Logger } from '#platform/logger.ts';
import { deliver } from './delivery.ts';
import type { FormatError } from './execute-event.ts';
import type { SubscriptionPlan } from './generation.ts';
import type { Asker } from './joint-execution.ts';
import { JointExecution } from './joint-execution.ts';
import type { EngineMetrics } from './metrics.ts';
import type { Sink } from './subscription.ts';
import { Subscription } from './subscription.ts';
import type { Upstream, UpstreamProtocol } from './upstream.ts';
import { createUpstream } from './upstream.ts';
import type { UpstreamCopyOptions } from './upstream-copy.ts';

export interface EngineOptions {
  /** Copies of a subgraph: URLs of its /graphql, with http or https. They may change. */
  readonly urlsOf: (subgraph: string) => readonly string[];
  readonly protocolOf: (subgraph: string) => UpstreamProtocol;
  readonly internalKey: string;
  /** For the rest of the plans. */
  readonly services: ServiceMap;
  readonly formatError: FormatError;
  /** Subscription fields whose events may be lost. */
  readonly ephemeralFields: ReadonlySet<string>;
  readonly metrics: EngineMetrics;
  readonly logger: Logger;
}

export interface SubscriptionRequest {
  readonly plan: SubscriptionPlan;
  /** As coerceVariables made them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly asker: Asker;
  readonly sink: Sink;
}

export interface SubscriptionEngine extends AsyncDisposable {
  /** Starts it. */
  subscribe(request: SubscriptionRequest): Subscription;
}

interface Sharing {
  readonly execution: JointExecution;
  subscriptions: number;
}

/** Connects to nothing yet. */
export function createSubscriptionEngine(options: EngineOptions): SubscriptionEngine {
  const { metrics, services, formatError, logger, internalKey } = options;
  /** By name and addresses: what runs at one that has moved runs on there. */
  const upstreams = new Map<string, Upstream<Subscription>>();
  const sharings = new Map<SubscriptionPlan, Map<string, Sharing>>();
  metrics.watch({
    groups: () => sum([...sharings.values()].map(({ size }) => size)),
    upstreamConnections: () => sum([...upstreams.values()].map(({ connections }) => connections)),
  });

  function reach(name: string): Upstream<Subscription> {
    const urls = options.urlsOf(name);
    const key = `${name} ${urls.join()}`;
    const known = upstreams.get(key);
    if (known !== undefined) return known;
    const protocol = options.protocolOf(name);
    const upstream = createUpstream({ name, urls, protocol, internalKey, onEvent: dispatch, logger });
    upstreams.set(key, upstream);
    return upstream;
  }

  function share(plan: SubscriptionPlan, variables: Readonly<Record<string, unknown>>): [string, Sharing] {
    const key = JSON.stringify(pickVariables(variables, plan.resultVariables));
    const ofPlan = sharings.get(plan) ?? new Map<string, Sharing>();
    sharings.set(plan, ofPlan);
    const sharing = ofPlan.get(key) ?? {
      execution: new JointExecution({ plan, variables, services, formatError, logger }),
      subscriptions: 0,
    };
    ofPlan.set(key, sharing);
    sharing.subscriptions += 1;
    return [key, sharing];
  }

  function unshare(plan: SubscriptionPlan, key: string): void {
    const ofPlan = sharings.get(plan);
    const sharing = ofPlan?.get(key);
    if (ofPlan === undefined || sharing === undefined) return;
    sharing.subscriptions -= 1;
    if (sharing.subscriptions === 0) ofPlan.delete(key);
    if (ofPlan.size === 0) sharings.delete(plan);
  }

  const dispatch: UpstreamCopyOptions<Subscription>['onEvent'] = (targets, event, happenedAtMs) => {
    reachFailPoint('gateway.event');
    metrics.noteEvent(targets.length);
    const noteDelivered = metrics.timeDelivery(happenedAtMs);
    const [first] = targets;
    const isOne = targets.every(({ execution }) => execution === first?.execution);
    const groups = isOne ? [targets] : Map.groupBy(targets, ({ execution }) => execution).values();
    for (const group of groups) {
      const [one] = group as readonly [Subscription];
      const cursor = one.plan.resume?.readCursor(event.data) ?? null;
      for (const subscription of group) subscription.noteEvent(cursor);
      void deliver(event, group, one.execution).then(noteDelivered);
    }
  };

  return {
    subscribe: ({ plan, variables, asker, sink }) => {
      const upstream = reach(plan.primary.serviceName);
      const [key, { execution }] = share(plan, variables);
      metrics.noteStart();
      const subscription = new Subscription({
        ...{ plan, variables, asker, sink, execution, upstream },
        isEphemeral: options.ephemeralFields.has(plan.rootField),
        formatError,
        onEnd: (reason) => {
          unshare(plan, key);
          metrics.noteEnd(reason);
        },
        onHealed: metrics.noteHealed,
        onSlowed: metrics.noteSlowed,
        onHeld: metrics.noteHeld,
      });
      subscription.open();
      return subscription;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...upstreams.values()].map((upstream) => upstream[Symbol.asyncDispose]()));
    },
  };
}

/** The executor takes variables as they are, so they get their defaults and are checked here. Throws BAD_USER_INPUT. */
export function coerceVariables(
  plan: SubscriptionPlan,
  raw: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { operation } = plan.operationContext;
  const definitions = operation.variableDefinitions ?? [];
  const { coerced, errors } = getVariableValues(plan.generation.schema, definitions, raw);
  const [problem] = errors ?? [];
  if (problem !== undefined) throw createGraphQLError('BAD_USER_INPUT', problem.message);
  return { ...coerced };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
