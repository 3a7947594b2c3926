/**
 * What /metrics and /health/ready of a process tell. A worker that shares its port with others answers for all of them: it asks the parent, which asks each.
 * Made by http.ts for each server; alone in its process, a server answers for itself.
 */
import cluster from 'node:cluster';
import type { Registry } from '../metrics.ts';
import { answerWaitMs, Questions } from './questions.ts';
import type { Readiness } from './readiness.ts';

export interface OwnReports {
  readonly metrics: Registry;
  readonly readiness: () => Promise<Readiness>;
}

export interface Reports {
  /** In the form of Prometheus. */
  metrics(): Promise<string>;
  readiness(): Promise<Readiness>;
}

/** Once per process. */
export function createReports(own: OwnReports): Reports {
  if (!cluster.isWorker) return { metrics: () => own.metrics.metrics(), readiness: own.readiness };
  const questions = new Questions(process, answerWaitMs.ofParent, (topic) =>
    topic === 'metrics' ? own.metrics.getMetricsAsJSON() : own.readiness(),
  );
  return {
    metrics: async () => ((await questions.ask('metrics')) as string | null) ?? own.metrics.metrics(),
    readiness: async () => ((await questions.ask('readiness')) as Readiness | null) ?? own.readiness(),
  };
}
