/**
 * HISTORY and SEND: plans of Apollo's planner in the format of plan.ts. Pure. A fetch takes over the Flattens it stands under.
 */
import type * as Apollo from '@apollo/query-planner';
import type {
  Defer,
  EntityFetch,
  PathStep,
  Plan,
  PlanNode,
  Requirement,
  Rewrite,
  RewriteStep,
  RootFetch,
} from './plan.ts';
import { PlanningError } from './planner.ts';

type Path = readonly PathStep[];

const typePrefix = '... on ';

/** Throws PlanningError for what plan.ts has no words for: subscriptions, arguments from a context. */
export function fromApolloPlan({ node }: Apollo.QueryPlan): Plan {
  return { node: node === undefined ? null : toNode(node, []) };
}

function toNode(node: Apollo.PlanNode | Apollo.SubscriptionNode, path: Path): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((child) => toNode(child, path)) };
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        ifTrue: node.ifClause === undefined ? null : toNode(node.ifClause, path),
        ifFalse: node.elseClause === undefined ? null : toNode(node.elseClause, path),
      };
    case 'Flatten':
      return toNode(node.node, [...path, ...node.path.map(toPathStep)]);
    case 'Fetch':
      return toFetch(node, path);
    case 'Defer':
      return toDefer(node, path);
    case 'Subscription':
      throw new PlanningError('failed', `a ${node.kind} has no place in this plan`);
  }
}

function toDefer({ primary, deferred }: Apollo.DeferNode, path: Path): Defer {
  return {
    kind: 'Defer',
    primary: primary.node === undefined ? null : toNode(primary.node, path),
    deferred: deferred.map(({ label = '', depends, node }) => ({
      ...{ label, dependsOn: depends.map(({ id }) => id) },
      node: node === undefined ? null : toNode(node, path),
    })),
  };
}

function toFetch(node: Apollo.FetchNode, path: Path): RootFetch | EntityFetch {
  if (node.contextRewrites !== undefined && node.contextRewrites.length > 0)
    throw new PlanningError('failed', 'arguments from a context are not supported');
  const request = {
    ...(node.id === undefined ? {} : { id: node.id }),
    subgraph: node.serviceName,
    operation: node.operation,
    operationName: node.operationName ?? null,
    variables: node.variableUsages ?? [],
  };
  const outputRewrites = (node.outputRewrites ?? []).map(toRewrite);
  if (node.requires === undefined)
    return { kind: 'RootFetch', ...request, operationKind: node.operationKind, path, outputRewrites };
  const group = {
    responseKey: '_entities',
    variable: 'representations',
    paths: [path],
    requires: node.requires.flatMap(toRequirements),
    inputRewrites: (node.inputRewrites ?? []).map(toRewrite),
    outputRewrites,
  };
  return { kind: 'EntityFetch', ...request, groups: [group] };
}

function toPathStep(step: string | number): PathStep {
  return step === '@' ? { kind: 'Items' } : { kind: 'Field', responseKey: String(step) };
}

function toRequirements(selection: Apollo.QueryPlanSelectionNode): Requirement[] {
  const selections = selection.selections?.flatMap(toRequirements) ?? null;
  if (selection.kind === 'Field') {
    const responseKey = selection.alias ?? selection.name;
    return [{ kind: 'Field', responseKey, alias: null, selections }];
  }
  const { typeCondition } = selection;
  return typeCondition === undefined
    ? (selections ?? [])
    : [{ kind: 'Fragment', typeCondition, selections: selections ?? [] }];
}

function toRewrite(rewrite: Apollo.FetchDataRewrite): Rewrite {
  const responseKey = rewrite.path.at(-1);
  if (responseKey === undefined) throw new PlanningError('failed', 'a rewrite without a field');
  const path = rewrite.path.slice(0, -1).map(toRewriteStep);
  return rewrite.kind === 'KeyRenamer'
    ? { kind: 'Rename', path, responseKey, to: rewrite.renameKeyTo }
    : { kind: 'Set', path, responseKey, value: rewrite.setValueTo };
}

function toRewriteStep(step: string): RewriteStep {
  return step.startsWith(typePrefix)
    ? { kind: 'Types', typeNames: [step.slice(typePrefix.length)] }
    : { kind: 'Field', responseKey: step };
}
