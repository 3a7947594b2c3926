/** HISTORY and SEND: what operators see of queries and mutations. Made by graph.ts; the names are explained in docs/operations.md. */
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { ResultInParts } from './deferred-answer.ts';
import type { QueryResult } from './prepared-operation.ts';

export interface QueryMetrics {
  /** Over HTTP, by the lean front or by Apollo Server. */
  answered(by: 'front' | 'apollo server'): void;
  executed(result: QueryResult | ResultInParts): void;
  /** An answer was given from the response cache. */
  cached(): void;
  planned(seconds: number): void;
}

/** `countKnown`: operations that are kept, planned and compiled. */
export function createQueryMetrics(registry: Registry, countKnown: () => number): QueryMetrics {
  const registers = [registry];
  const executed = new Counter({
    name: 'gateway_queries_total',
    help: 'Queries and mutations that were executed, by how their answer was made.',
    labelNames: ['answer'],
    registers,
  });
  const answered = new Counter({
    name: 'gateway_http_operations_total',
    help: 'Queries and mutations over HTTP, by what answered them.',
    labelNames: ['by'],
    registers,
  });
  const cached = new Counter({
    name: 'gateway_response_cache_hits_total',
    help: 'Answers that were given from the response cache.',
    registers,
  });
  const planned = new Histogram({
    name: 'gateway_planning_seconds',
    help: 'Time to plan and compile an operation that is new, waiting for the planner included.',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  new Gauge({
    name: 'gateway_known_operations',
    help: 'Queries and mutations that are kept, planned and compiled.',
    registers,
    collect() {
      this.set(countKnown());
    },
  });
  const byKind = {
    body: executed.labels('passed through'),
    data: executed.labels('written'),
    parts: executed.labels('in parts'),
    refused: executed.labels('refused'),
  };
  const byPart = { front: answered.labels('front'), 'apollo server': answered.labels('apollo server') };
  return {
    answered: (by) => byPart[by].inc(),
    executed: ({ kind }) => byKind[kind].inc(),
    cached: () => cached.inc(),
    planned: (seconds) => planned.observe(seconds),
  };
}
