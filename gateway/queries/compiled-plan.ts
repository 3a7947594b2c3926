/** HISTORY and SEND: a plan as one function. Nothing of the plan is looked at again when it runs. Called by prepared-operation.ts. */

import { compileEntityFetch } from './entity-fetch.ts';
import type { Execution } from './execution.ts';
import type { PlanNode } from './plan.ts';
import { compileRootFetch } from './root-fetch.ts';
import type { FetchOptions, RunNode } from './run-node.ts';

/** Does nothing for an empty plan. */
export function compilePlan(node: PlanNode | null, options: FetchOptions): RunNode {
  if (node === null) return () => undefined;
  switch (node.kind) {
    case 'RootFetch':
      return compileRootFetch(node, options);
    case 'EntityFetch':
      return compileEntityFetch(node, options);
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
