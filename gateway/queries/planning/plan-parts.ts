/**
 * HISTORY and SEND: one plan of the plans of a query's parts. Fetches that ask the same subgraph about the same objects at the same time become one, so that all parts
 * speak of the same objects. Called by operation-planner.ts; calls part-names.ts. Pure.
 */
import type { DocumentNode, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import { nameApart } from './part-names.ts';
import type { EntityFetch, Plan, PlanNode, Rewrite, RootFetch } from './plan.ts';
import { PlanningError } from './planner.ts';

type Fetch = RootFetch | EntityFetch;
/** What is fetched at once. */
type Stage = readonly Fetch[];

/** `neededNames`: of fields that planners add. Throws PlanningError for plans that can't be put together. */
export function joinPlans(plans: readonly Plan[], neededNames: ReadonlySet<string>): Plan {
  const parts = plans.flatMap(({ node }, index) =>
    node === null ? [] : [toStages(nameApart(node, `_part${index}_`, neededNames))],
  );
  const stages = zip(parts).map((stage) => [...Map.groupBy(stage, toTarget).values()].map(joinFetches));
  requireOwnObjects(stages.flat());
  return {
    node: toOne(
      'Sequence',
      stages.map((stage) => toOne('Parallel', stage)),
    ),
  };
}

function toOne(kind: 'Sequence' | 'Parallel', nodes: readonly PlanNode[]): PlanNode {
  const [only, ...others] = nodes;
  return only !== undefined && others.length === 0 ? only : { kind, nodes };
}

function toStages(node: PlanNode): Stage[] {
  switch (node.kind) {
    case 'RootFetch':
    case 'EntityFetch':
      return [[node]];
    case 'Sequence':
      return node.nodes.flatMap(toStages);
    case 'Parallel':
      return zip(node.nodes.map(toStages));
    case 'Condition':
    case 'Defer':
      throw new PlanningError('failed', `a part with a ${node.kind}`);
  }
}

/** The first stages of all as one, then the second ones, and so on. */
function zip(plans: readonly (readonly Stage[])[]): Stage[] {
  const length = Math.max(0, ...plans.map((stages) => stages.length));
  return Array.from({ length }, (_, index) => plans.flatMap((stages) => stages[index] ?? []));
}

/** The same for fetches about the same objects. */
function toTarget(fetch: Fetch): string {
  const { kind, subgraph } = fetch;
  if (kind === 'RootFetch') return JSON.stringify([kind, subgraph, fetch.path]);
  const groups = fetch.groups.map(({ outputRewrites: _, ...group }) => group);
  return JSON.stringify([kind, subgraph, groups]);
}

/** A list that is fetched twice may have changed meanwhile, and its items would be mixed up. */
function requireOwnObjects(fetches: readonly Fetch[]): void {
  const seen = new Set<string>();
  for (const fetch of fetches) {
    const places = fetch.kind === 'RootFetch' ? fetch.path : fetch.groups.map(({ paths }) => paths);
    for (const key of findObjectKeys(fetch)) {
      const object = JSON.stringify([fetch.subgraph, places, key]);
      if (seen.has(object)) throw new PlanningError('failed', 'two parts fetch the same objects');
      seen.add(object);
    }
  }
}

/** Response keys of fields that have fields, of the root or of the entities themselves. */
function findObjectKeys({ kind, operation }: Fetch): ReadonlySet<string> {
  const depth = kind === 'RootFetch' ? 1 : 2;
  const keys = new Set<string>();
  const collect = ({ selections }: SelectionSetNode, level: number) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD || selection.selectionSet === undefined) continue;
      const isField = selection.kind === Kind.FIELD;
      if (isField && level === depth) keys.add((selection.alias ?? selection.name).value);
      else collect(selection.selectionSet, level + (isField ? 1 : 0));
    }
  };
  for (const definition of parse(operation, { noLocation: true }).definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) collect(definition.selectionSet, 1);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) collect(definition.selectionSet, depth);
  }
  return keys;
}

/** Selections of all in one operation: GraphQL merges them, and the plan's check finds those that can't be. */
function joinFetches(fetches: readonly Fetch[]): Fetch {
  const [first, ...others] = fetches;
  if (first === undefined) throw new PlanningError('failed', 'no fetch to join');
  if (others.length === 0) return first;
  const operation = joinOperations(fetches.map((one) => one.operation));
  const variables = [...new Set(fetches.flatMap((one) => one.variables))];
  if (first.kind === 'RootFetch')
    return { ...first, operation, variables, outputRewrites: joinRewrites(fetches.map(readRewrites(0))) };
  const groups = first.groups.map((group, index) => ({
    ...group,
    outputRewrites: joinRewrites(fetches.map(readRewrites(index))),
  }));
  return { ...first, operation, variables, groups };
}

function readRewrites(index: number): (fetch: Fetch) => readonly Rewrite[] {
  return (fetch) =>
    (fetch.kind === 'RootFetch' ? fetch.outputRewrites : fetch.groups[index]?.outputRewrites) ?? [];
}

function joinRewrites(rewrites: readonly (readonly Rewrite[])[]): Rewrite[] {
  return [...new Map(rewrites.flat().map((one) => [JSON.stringify(one), one])).values()];
}

function joinOperations(texts: readonly string[]): string {
  const documents = texts.map((text, index) => nameFragmentsApart(text, `f${index}_`));
  const operations = documents.flatMap(({ definitions }) =>
    definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION),
  );
  const joined: OperationDefinitionNode = {
    ...(operations[0] as OperationDefinitionNode),
    variableDefinitions: dropRepeated(operations.flatMap((one) => one.variableDefinitions ?? [])),
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: joinSelections(operations.flatMap(({ selectionSet }) => selectionSet.selections)),
    },
  };
  const fragments = documents.flatMap(({ definitions }) =>
    definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION),
  );
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [joined, ...fragments] };
  return stripIgnoredCharacters(print(document));
}

function dropRepeated<T extends Parameters<typeof print>[0]>(nodes: readonly T[]): T[] {
  return [...new Map(nodes.map((node) => [print(node), node])).values()];
}

/** One of each, with the selections of all that are alike but for them. */
function joinSelections(selections: readonly SelectionNode[]): SelectionNode[] {
  const alike = Map.groupBy(selections, (one) =>
    one.kind === Kind.FRAGMENT_SPREAD ? print(one) : print({ ...one, selectionSet: undefined } as never),
  );
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    if (first.kind === Kind.FRAGMENT_SPREAD || first.selectionSet === undefined) return [first];
    const below = group.flatMap((one) =>
      one.kind === Kind.FRAGMENT_SPREAD ? [] : (one.selectionSet?.selections ?? []),
    );
    const joined = { kind: Kind.SELECTION_SET, selections: joinSelections(below) } as const;
    return [{ ...first, selectionSet: joined } as SelectionNode];
  });
}

function nameFragmentsApart(operation: string, prefix: string): DocumentNode {
  return visit(parse(operation, { noLocation: true }), {
    enter: (node) =>
      node.kind === Kind.FRAGMENT_DEFINITION || node.kind === Kind.FRAGMENT_SPREAD
        ? { ...node, name: { ...node.name, value: prefix + node.name.value } }
        : undefined,
  });
}
