/**
 * HISTORY and SEND: does a plan fetch what it requires? Hive's planner has been seen to require a key that no fetch before brings: the entities would be passed
 * over without a word. Called by operation-planner.ts; pure.
 */
import type { Plan, PlanNode, Requirement } from './plan.ts';

/** False when a fetch requires a field that is not in the text of any fetch before it. */
export function bringsWhatItRequires({ node }: Plan): boolean {
  return node === null || isSatisfied(node, new Set());
}

/** Adds the names that the node's fetches bring to `brought`. */
function isSatisfied(node: PlanNode, brought: Set<string>): boolean {
  switch (node.kind) {
    case 'Sequence':
      return node.nodes.every((one) => isSatisfied(one, brought));
    case 'Parallel': {
      const parts = node.nodes.map((one) => ({ one, names: new Set(brought) }));
      const isWhole = parts.every(({ one, names }) => isSatisfied(one, names));
      for (const { names } of parts) for (const name of names) brought.add(name);
      return isWhole;
    }
    case 'Defer':
      return node.primary === null || isSatisfied(node.primary, brought);
    case 'Condition':
      return [node.ifTrue, node.ifFalse].every((one) => one === null || isSatisfied(one, brought));
    case 'EntityFetch':
    case 'RootFetch': {
      const groups = node.kind === 'EntityFetch' ? node.groups : [];
      const isWhole = groups.every(({ requires }) => requires.every((one) => isBrought(one, brought)));
      for (const [name] of node.operation.matchAll(/\w+/g)) brought.add(name);
      return isWhole;
    }
  }
}

function isBrought(requirement: Requirement, brought: ReadonlySet<string>): boolean {
  const { selections } = requirement;
  const isThere =
    requirement.kind === 'Fragment' ||
    brought.has(requirement.responseKey) ||
    (requirement.alias !== null && brought.has(requirement.alias));
  return isThere && (selections === null || selections.every((one) => isBrought(one, brought)));
}
