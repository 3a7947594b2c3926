/** HISTORY and SEND: what operators see of queries and mutations. Made by graph.ts; the names are explained in docs/operations.md. */
import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { ResultInParts } from './deferred/deferred-answer.ts';
import type { QueryResult } from './execution/prepared-operation.ts';

export interface QueryMetrics {
  /** Over HTTP, by the lean front or by Apollo Server. */
  answered(by: 'front' | 'apollo server'): void;
  executed(result: QueryResult | ResultInParts): void;
  /** An answer was given from the response cache. */
  cached(): void;
  planned(seconds: number): void;
}

const labels = { data: 'written', parts: 'in parts', refused: 'refused' } as const;

/** `countKnown`: operations that are kept, planned and compiled. */
export function createQueryMetrics(registry: Registry, countKnown: () => number): QueryMetrics {
  const registers = [registry];
  // On the path of every request, so an addition and nothing else.
  const executed = { 'passed through': 0, 'put together': 0, written: 0, 'in parts': 0, refused: 0 };
  const answered = { front: 0, 'apollo server': 0 };
  const answers: Counter = new Counter({
    name: 'gateway_queries_total',
    help: 'Queries and mutations that were executed, by how their answer was made.',
    labelNames: ['answer'],
    registers,
    collect: () => {
      answers.reset();
      for (const [answer, count] of Object.entries(executed)) answers.inc({ answer }, count);
    },
  });
  const operations: Counter = new Counter({
    name: 'gateway_http_operations_total',
    help: 'Queries and mutations over HTTP, by what answered them.',
    labelNames: ['by'],
    registers,
    collect: () => {
      operations.reset();
      for (const [by, count] of Object.entries(answered)) operations.inc({ by }, count);
    },
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
  return {
    answered: (by) => {
      answered[by] += 1;
    },
    executed: (result) => {
      executed[result.kind === 'body' ? result.made : labels[result.kind]] += 1;
    },
    cached: () => cached.inc(),
    planned: (seconds) => planned.observe(seconds),
  };
}
