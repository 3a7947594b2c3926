/**
 * HISTORY and SEND: Hive's planner, Rust inside the process. Plans are made in libuv's threads, so the event loop goes on, and a few at a time, so that
 * name lookups do too. Made for each supergraph; calls hive-plan.ts. Why this planner: docs/decisions/0008-query-planner.md.
 */
import { QueryPlanner as NativePlanner } from '@graphql-hive/router-query-planner';
import { fromHivePlan } from './hive-plan.ts';
import { findDraw, fromPercent } from './override-labels.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest, QueryPlanner } from './planner.ts';
import { PlanningError } from './planner.ts';

/** Of the four threads that the process has for files, name lookups and plans. */
const runningMax = 2;

/** Reads the supergraph before it returns; throws PlanningError when it can't be read. */
export function createHivePlanner(
  supergraphSdl: string,
  limits: {
    /** From the request to the plan, waiting included. */
    readonly timeoutMs: number;
    /** Requests that wait for their turn; more are refused. */
    readonly waitingMax: number;
  },
): QueryPlanner {
  const native = readSupergraph(supergraphSdl);
  const percentages = native.overridePercentages;
  const overrideLabels = [...native.overrideLabels, ...percentages.map(fromPercent)];
  const disposal = new AbortController();
  const waiting: (() => void)[] = [];
  const running = new Set<Promise<unknown>>();

  /** The planner must outlive what it plans: native code holds on to it unseen by the garbage collector. */
  function start(request: PlanRequest, signal: AbortSignal) {
    const { text, operationName, activeOverrides } = request;
    const labels = new Set(native.overrideLabels.filter((label) => activeOverrides.has(label)));
    const draw = findDraw(percentages, activeOverrides);
    const planned = native.planAsync(text, operationName, labels, draw, signal);
    running.add(planned);
    const next = () => {
      running.delete(planned);
      waiting.shift()?.();
    };
    planned.then(next, next);
    return planned;
  }

  async function plan(request: PlanRequest): Promise<Plan> {
    if (waiting.length >= limits.waitingMax)
      throw new PlanningError('busy', `more than ${limits.waitingMax} operations wait to be planned`);
    const timeout = AbortSignal.timeout(limits.timeoutMs);
    const signals = request.signal === undefined ? [] : [request.signal];
    const ended = AbortSignal.any([timeout, disposal.signal, ...signals]);
    try {
      if (running.size >= runningMax) await new Promise<void>((resolve) => waiting.push(resolve));
      ended.throwIfAborted();
      return fromHivePlan(await start(request, ended));
    } catch (error) {
      if (timeout.aborted)
        throw new PlanningError('timeout', `no plan within ${limits.timeoutMs} ms`, { cause: error });
      throw error;
    }
  }

  return {
    overrideLabels,
    plan,
    [Symbol.asyncDispose]: async () => {
      disposal.abort();
      await Promise.allSettled(running);
    },
  };
}

function readSupergraph(supergraphSdl: string): NativePlanner {
  try {
    return new NativePlanner(supergraphSdl);
  } catch (error) {
    throw new PlanningError('failed', 'the supergraph is not usable', { cause: error });
  }
}
