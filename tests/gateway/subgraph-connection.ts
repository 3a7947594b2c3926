/** The gateway's transport to a subgraph `rooms`, as its tests set it up and ask it. */
import assert from 'node:assert/strict';
import type { GraphQLError } from 'graphql';
import { Registry } from 'prom-client';
import type { SubgraphRequest, SubgraphTransport, TrafficLimits } from '#gateway/subgraph-transport.ts';
import { createSubgraphTransport } from '#gateway/subgraph-transport.ts';
import type { HeaderRule } from '#gateway/traffic/header-rule-format.ts';
import { HeaderRules } from '#gateway/traffic/header-rules.ts';
import { createTrafficMetrics } from '#gateway/traffic/traffic-metrics.ts';
import { createLogger } from '#platform/logger.ts';

const logger = createLogger('transport-test', 'silent');

/** Nothing is repeated after a wait, and no copy is left alone, unless a test says so. */
const limits: TrafficLimits = {
  subgraphTimeoutMs: 2_000,
  subgraphRetriesMax: 0,
  subgraphRetryWaitMs: 20,
  subgraphRetryBudgetPercent: 20,
  subgraphCircuitFailuresPercent: 0,
  subgraphCircuitRequestsMin: 4,
  subgraphCircuitWindowMs: 2_000,
  subgraphCircuitOpenMs: 100,
};

export interface Connection extends SubgraphTransport {
  /** The value of a metric; 0 when it has none with these labels. */
  figure(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
}

export function connect(
  urls: readonly string[],
  { headerRules = [], ...changed }: Partial<TrafficLimits> & { headerRules?: readonly HeaderRule[] } = {},
): Connection {
  const registry = new Registry();
  const transport = createSubgraphTransport({
    ...{ name: 'rooms', urls, internalKey: 'k'.repeat(32), logger },
    limits: { ...limits, ...changed },
    headerRules: new HeaderRules(headerRules),
    traffic: createTrafficMetrics(registry).forSubgraph('rooms'),
  });
  return {
    ...transport,
    figure: async (name, labels = {}) => {
      const { values = [] } = (await registry.getSingleMetric(name)?.get()) ?? {};
      const wanted = Object.entries({ subgraph: 'rooms', ...labels });
      const found = values.find((one) => wanted.every(([label, value]) => one.labels[label] === value));
      return found?.value ?? 0;
    },
  };
}

export function ask(kind: SubgraphRequest['kind'], body = '{"query":"{ok}"}'): SubgraphRequest {
  return { kind, body, headers: { authorization: 'Bearer ada' } };
}

/** Code of the error it ends with. */
export async function codeOf(sending: Promise<unknown>): Promise<unknown> {
  const error = await sending.then(
    () => assert.fail('an answer'),
    (thrown: GraphQLError) => thrown,
  );
  return error.extensions?.code;
}
