/** HISTORY and SEND: the fetches of a plan, each changed in its place. Called by plan-check.ts and plan-parts.ts; pure. */
import type { EntityFetch, PlanNode, RootFetch } from './plan.ts';

/** The plan with what `change` makes of each fetch. */
export function mapFetches(
  node: PlanNode,
  change: (fetch: RootFetch | EntityFetch) => RootFetch | EntityFetch,
): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((child) => mapFetches(child, change)) };
    case 'Condition':
      return {
        ...node,
        ifTrue: node.ifTrue && mapFetches(node.ifTrue, change),
        ifFalse: node.ifFalse && mapFetches(node.ifFalse, change),
      };
    case 'Defer':
      return {
        ...node,
        primary: node.primary && mapFetches(node.primary, change),
        deferred: node.deferred.map((part) => ({
          ...part,
          node: part.node && mapFetches(part.node, change),
        })),
      };
    case 'RootFetch':
    case 'EntityFetch':
      return change(node);
  }
}
