/**
 * HISTORY and SEND: the planners of the supergraphs that are in use: one is started with each new supergraph, and the one before goes on for those who have begun
 * on it. Made by queries.ts; calls planner-process.ts.
 */
import type { Logger } from '#platform/logger.ts';
import type { GatewayConfig } from '../../config.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest, QueryPlanner } from './planner.ts';
import { startPlanner } from './planner-process.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';
import { readSupergraphFacts } from './supergraph-facts.ts';

/** Plans as soon as its process has read the supergraph. */
export type GenerationPlanner = Pick<QueryPlanner, 'facts' | 'plan'>;

export interface GenerationPlanners extends AsyncDisposable {
  /** Of the supergraph that has just been loaded. */
  start(supergraphSdl: string): GenerationPlanner;
  /** Resolves when the latest can plan; rejects with PlanningError when it never will. */
  ready(): Promise<void>;
}

/** Operations that were begun on a supergraph have been planned by then. */
const retireMs = 10_000;

export function createGenerationPlanners(
  config: Pick<GatewayConfig, 'plannerTimeoutMs' | 'plannerWaitingMax'>,
  logger: Logger,
): GenerationPlanners {
  const { plannerTimeoutMs: timeoutMs, plannerWaitingMax: waitingMax } = config;
  const started = new Set<Promise<QueryPlanner>>();
  let latest: Promise<QueryPlanner> | null = null;

  async function end(planner: Promise<QueryPlanner>): Promise<void> {
    started.delete(planner);
    await planner.then(
      (one) => one[Symbol.asyncDispose](),
      () => undefined,
    );
  }

  return {
    start: (supergraphSdl) => {
      const facts: SupergraphFacts = readSupergraphFacts(supergraphSdl);
      const before = latest;
      const planner = startPlanner({ supergraphSdl, timeoutMs, waitingMax, logger });
      planner.catch((error: unknown) => logger.error({ err: error }, 'nothing new can be planned'));
      started.add(planner);
      latest = planner;
      if (before !== null) setTimeout(() => void end(before), retireMs).unref();
      const plan = async (request: PlanRequest): Promise<Plan> => (await planner).plan(request);
      return { facts, plan };
    },
    ready: async () => void (await latest),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...started].map(end));
    },
  };
}
