/**
 * SEND: mutations run one after the other, each with all its answer needs: GraphQL's rule. Hive's planner fetches what one needs while the next runs
 * already. Called by hive-plan.ts; pure.
 */
import { Kind, parse } from 'graphql';
import type { PathStep, PlanNode, RootFetch } from './plan.ts';
import { PlanningError } from './planner.ts';

/** The plan with each mutation before everything that belongs to a later one; as it is when there are fewer than two. Throws PlanningError. */
export function putMutationsInOrder(plan: PlanNode): PlanNode {
  const mutations = findMutations(plan);
  if (mutations.length < 2) return plan;
  // Hive's planner joins mutations of one subgraph, or does one twice, when a selection around them has a directive.
  const keys = mutations.map(findResponseKeys);
  if (keys.some(({ length }) => length > 1) || new Set(keys.flat()).size < keys.length)
    throw new PlanningError('failed', 'mutations were joined or doubled');
  const turns = new Map(
    mutations.flatMap((mutation, turn) => findResponseKeys(mutation).map((key) => [key, turn] as const)),
  );
  const turnOfPath = ([first]: readonly PathStep[]) =>
    (first?.kind === 'Field' ? turns.get(first.responseKey) : undefined) ?? mutations.length - 1;
  const turnOf = (fetch: Extract<PlanNode, { kind: 'RootFetch' | 'EntityFetch' }>) => {
    if (fetch.kind === 'EntityFetch')
      return Math.max(...fetch.groups.flatMap(({ paths }) => paths.map(turnOfPath)));
    const own = mutations.indexOf(fetch);
    return own === -1 ? turnOfPath(fetch.path) : own;
  };

  function keep(node: PlanNode, turn: number): PlanNode | null {
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel': {
        const [first, ...others] = node.nodes
          .map((child) => keep(child, turn))
          .filter((child) => child !== null);
        if (first === undefined || others.length === 0) return first ?? null;
        return { kind: node.kind, nodes: [first, ...others] };
      }
      case 'Condition': {
        const ifTrue = node.ifTrue && keep(node.ifTrue, turn);
        const ifFalse = node.ifFalse && keep(node.ifFalse, turn);
        return ifTrue === null && ifFalse === null ? null : { ...node, ifTrue, ifFalse };
      }
      case 'Defer':
        throw new PlanningError('failed', "a Defer has no place in a plan of Hive's");
      case 'RootFetch':
      case 'EntityFetch':
        return turnOf(node) === turn ? node : null;
    }
  }

  return {
    kind: 'Sequence',
    nodes: mutations.map((_mutation, turn) => keep(plan, turn)).filter((node) => node !== null),
  };
}

function findMutations(node: PlanNode | null): RootFetch[] {
  switch (node?.kind) {
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(findMutations);
    case 'Condition':
      return [...findMutations(node.ifTrue), ...findMutations(node.ifFalse)];
    case 'RootFetch':
      return node.operationKind === 'mutation' ? [node] : [];
    default:
      return [];
  }
}

/** Of the root fields, which a planner writes out, fragments on the root type included. */
function findResponseKeys({ operation }: RootFetch): string[] {
  const keys: string[] = [];
  for (const definition of parse(operation, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const remaining = [...definition.selectionSet.selections];
    for (let selection = remaining.pop(); selection !== undefined; selection = remaining.pop()) {
      if (selection.kind === Kind.FIELD) keys.push((selection.alias ?? selection.name).value);
      if (selection.kind === Kind.INLINE_FRAGMENT) remaining.push(...selection.selectionSet.selections);
    }
  }
  return keys;
}
