/** What goes to the subgraphs and what becomes of it, on /metrics of the gateway. Made by gateway.ts; counted by subgraph-transport.ts and subgraph-copy.ts. */
import { Counter, Gauge } from 'prom-client';
import type { Registry } from '#platform/metrics.ts';
import type { FailureReason } from './exchange.ts';

/** Counts of one subgraph; counting is on the path of every request, so it is an addition and nothing else. */
export class SubgraphTraffic {
  requests = 0;
  joined = 0;
  retries = 0;
  retriesDenied = 0;
  circuitsOpened = 0;
  circuitsOpen = 0;
  readonly failures = new Map<FailureReason, number>();

  noteFailure(reason: FailureReason): void {
    this.failures.set(reason, (this.failures.get(reason) ?? 0) + 1);
  }
}

export interface TrafficMetrics {
  /** The same for the same name. */
  forSubgraph(name: string): SubgraphTraffic;
}

export function createTrafficMetrics(registry: Registry): TrafficMetrics {
  const all = new Map<string, SubgraphTraffic>();
  const registers = [registry];
  const labelNames = ['subgraph'];
  const count = (name: string, help: string, read: (traffic: SubgraphTraffic) => number) => {
    const counter: Counter = new Counter({
      ...{ name, help, labelNames, registers },
      collect: () => {
        counter.reset();
        for (const [subgraph, traffic] of all) counter.inc({ subgraph }, read(traffic));
      },
    });
  };
  count(
    'gateway_subgraph_requests_total',
    'Requests sent to copies of a subgraph, repeats included.',
    ({ requests }) => requests,
  );
  count(
    'gateway_subgraph_requests_joined_total',
    'Requests not sent, because the same was being asked in the same moment.',
    ({ joined }) => joined,
  );
  count('gateway_subgraph_retries_total', 'Queries sent again after a wait.', ({ retries }) => retries);
  count(
    'gateway_subgraph_retries_denied_total',
    'Queries not sent again because too many were.',
    ({ retriesDenied }) => retriesDenied,
  );
  count(
    'gateway_subgraph_circuits_opened_total',
    'Times that a copy was left alone because it failed too often.',
    ({ circuitsOpened }) => circuitsOpened,
  );
  const open: Gauge = new Gauge({
    ...{ name: 'gateway_subgraph_circuits_open', help: 'Copies that are left alone.', labelNames, registers },
    collect: () => {
      for (const [subgraph, { circuitsOpen }] of all) open.set({ subgraph }, circuitsOpen);
    },
  });
  const failures: Counter = new Counter({
    name: 'gateway_subgraph_failures_total',
    help: 'Requests that brought no GraphQL result, by reason.',
    labelNames: ['subgraph', 'reason'],
    registers,
    collect: () => {
      failures.reset();
      for (const [subgraph, traffic] of all)
        for (const [reason, value] of traffic.failures) failures.inc({ subgraph, reason }, value);
    },
  });
  return {
    forSubgraph: (name) => {
      const traffic = all.get(name) ?? new SubgraphTraffic();
      all.set(name, traffic);
      return traffic;
    },
  };
}
