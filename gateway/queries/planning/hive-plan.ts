/**
 * HISTORY and SEND: plans of Hive's planner in the format of plan.ts. Called by operation-planner.ts; calls mutation-order.ts. Pure.
 * A fetch takes over the Flatten it stands under; one that asks for several lists of entities has a group for each.
 */
import type * as Hive from '@graphql-hive/router-query-planner';
import { putMutationsInOrder } from './mutation-order.ts';
import type { EntityGroup, PathStep, Plan, PlanNode, Requirement, Rewrite, RewriteStep } from './plan.ts';
import { PlanningError } from './planner.ts';

type Path = readonly PathStep[];
type Rewrites = readonly Hive.FetchRewrite[] | undefined;

/** Throws PlanningError for what plan.ts has no words for: subscriptions and deferred fragments. */
export function fromHivePlan({ node }: Hive.QueryPlan): Plan {
  return { node: node === undefined ? null : putMutationsInOrder(toNode(node, [])) };
}

function toNode(node: Hive.PlanNode, path: Path): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((child) => toNode(child, path)) };
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        ifTrue: node.ifClause ? toNode(node.ifClause, path) : null,
        ifFalse: node.elseClause ? toNode(node.elseClause, path) : null,
      };
    case 'Flatten':
      return toNode(node.node, [...path, ...node.path.map(toPathStep)]);
    case 'Fetch':
      return toFetch(node, path);
    case 'BatchFetch':
      return {
        kind: 'EntityFetch',
        ...toRequest(node),
        groups: node.entityBatch.aliases.map((group) =>
          toGroup(group, {
            responseKey: group.alias,
            variable: group.representationsVariableName,
            paths: group.paths.map((steps) => [...path, ...steps.map(toPathStep)]),
          }),
        ),
      };
    case 'Subscription':
    case 'Defer':
      throw new PlanningError('failed', `a ${node.kind} has no place in this plan`);
  }
}

function toFetch(node: Hive.FetchNode, path: Path): PlanNode {
  const { requires } = node;
  if (requires === undefined)
    return {
      kind: 'RootFetch',
      ...toRequest(node),
      operationKind: node.operationKind ?? 'query',
      path,
      outputRewrites: toRewrites(node.outputRewrites),
    };
  const group = toGroup(
    { ...node, requires },
    { responseKey: '_entities', variable: 'representations', paths: [path] },
  );
  return { kind: 'EntityFetch', ...toRequest(node), groups: [group] };
}

function toRequest(node: Hive.FetchNode | Hive.BatchFetchNode) {
  return {
    subgraph: node.serviceName,
    operation: node.operation,
    operationName: node.operationName ?? null,
    variables: node.variableUsages ?? [],
  };
}

function toGroup(
  source: Pick<Hive.EntityBatchAlias, 'requires'> & {
    readonly inputRewrites?: Rewrites;
    readonly outputRewrites?: Rewrites;
  },
  place: Pick<EntityGroup, 'responseKey' | 'variable' | 'paths'>,
): EntityGroup {
  return {
    ...place,
    requires: source.requires.map(toRequirement),
    inputRewrites: toRewrites(source.inputRewrites),
    outputRewrites: toRewrites(source.outputRewrites),
  };
}

function toPathStep(segment: Hive.FlattenNodePathSegment): PathStep {
  if (segment === '@') return { kind: 'Items' };
  if ('Field' in segment) return { kind: 'Field', responseKey: segment.Field };
  return { kind: 'Types', typeNames: segment.TypeCondition };
}

/** Of a field the name says where it is in the entity, the alias what it is called in the representation: not as in GraphQL. */
function toRequirement(selection: Hive.RequiresSelection): Requirement {
  switch (selection.kind) {
    case 'Field':
      return {
        kind: 'Field',
        responseKey: selection.alias ?? selection.name,
        alias: selection.alias === undefined ? null : selection.name,
        selections: selection.selections?.map(toRequirement) ?? null,
      };
    case 'InlineFragment':
      if (selection.skipIf === undefined && selection.includeIf === undefined)
        return {
          kind: 'Fragment',
          typeCondition: selection.typeCondition,
          selections: selection.selections.map(toRequirement),
        };
      throw new PlanningError('failed', 'a representation depends on a variable');
    case 'FragmentSpread':
      throw new PlanningError('failed', 'a representation spreads a named fragment');
  }
}

function toRewrites(rewrites: Rewrites): Rewrite[] {
  return (rewrites ?? []).map(toRewrite);
}

function toRewrite(rewrite: Hive.FetchRewrite): Rewrite {
  if ('KeyRenamer' in rewrite) {
    const { path, renameKeyTo } = rewrite.KeyRenamer;
    return { kind: 'Rename', ...toPlace(path), to: renameKeyTo };
  }
  const { path, setValueTo } = 'ValueSetter' in rewrite ? rewrite.ValueSetter : rewrite;
  return { kind: 'Set', ...toPlace(path), value: setValueTo };
}

function toPlace(path: readonly Hive.FetchNodePathSegment[]): Pick<Rewrite, 'path' | 'responseKey'> {
  const last = path.at(-1);
  if (last === undefined || !('Key' in last)) throw new PlanningError('failed', 'a rewrite without a field');
  return { path: path.slice(0, -1).map(toRewriteStep), responseKey: last.Key };
}

function toRewriteStep(segment: Hive.FetchNodePathSegment): RewriteStep {
  return 'Key' in segment
    ? { kind: 'Field', responseKey: segment.Key }
    : { kind: 'Types', typeNames: segment.TypenameEquals };
}
