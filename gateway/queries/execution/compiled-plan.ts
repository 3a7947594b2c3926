/** HISTORY and SEND: a plan as one function. Nothing of the plan is looked at again when it runs. Called by prepared-operation.ts. */

import type { EntityFetch, PlanNode, RootFetch } from '../planning/plan.ts';
import { compileEntityFetch } from './entity-fetch.ts';
import type { Execution } from './execution.ts';
import { compileRootFetch } from './root-fetch.ts';
import type { FetchOptions, RunNode } from './run-node.ts';

/** Does nothing for an empty plan. What is deferred is fetched after the rest: for an answer in one. */
export function compilePlan(node: PlanNode | null, options: FetchOptions): RunNode {
  if (node === null) return () => undefined;
  switch (node.kind) {
    case 'RootFetch':
      return noteFetched(node, compileRootFetch(node, options));
    case 'EntityFetch':
      return noteFetched(node, compileEntityFetch(node, options));
    case 'Defer': {
      const deferred = node.deferred.map((one) => compilePlan(one.node, options));
      return runInSequence([compilePlan(node.primary, options), runInParallel(deferred)]);
    }
    case 'Sequence':
      return runInSequence(node.nodes.map((one) => compilePlan(one, options)));
    case 'Parallel':
      return runInParallel(node.nodes.map((one) => compilePlan(one, options)));
    case 'Condition': {
      const ifTrue = compilePlan(node.ifTrue, options);
      const ifFalse = compilePlan(node.ifFalse, options);
      return (execution) => (execution.conditions.get(node.variable) ? ifTrue : ifFalse)(execution);
    }
  }
}

function noteFetched({ id }: RootFetch | EntityFetch, run: RunNode): RunNode {
  if (id === undefined) return run;
  return async (execution) => {
    await run(execution);
    execution.noteFetched(id);
  };
}

function runInSequence(steps: readonly RunNode[]): RunNode {
  return async (execution) => {
    for (const run of steps) await run(execution);
  };
}

function runInParallel(steps: readonly RunNode[]): RunNode {
  return (execution: Execution) => {
    const running = steps.map((run) => run(execution)).filter((one) => one !== undefined);
    return running.length === 0 ? undefined : Promise.all(running).then(() => undefined);
  };
}
