/** Plans as plan.ts defines them, run in the plainest way: what the compiled executor has to be equal to. Calls `fetch` for each request. */
import type { GraphQLSchema } from 'graphql';
import { isObjectType } from 'graphql';
import type {
  EntityFetch,
  EntityGroup,
  PathStep,
  Plan,
  PlanNode,
  Requirement,
  Rewrite,
  RewriteStep,
} from '#gateway/queries/planning/plan.ts';
import { isOfType } from './world.ts';

type Data = Record<string, unknown>;

export interface SubgraphRequest {
  readonly subgraph: string;
  readonly operation: string;
  readonly variables: Readonly<Data>;
}

export interface PlanRun {
  readonly supergraphSchema: GraphQLSchema;
  /** Of the client, defaults included. */
  readonly variables: Readonly<Data>;
  readonly fetch: (request: SubgraphRequest) => Promise<Data>;
}

/** Everything that was fetched, merged: the client's answer and more. */
export async function runPlan(plan: Plan, run: PlanRun): Promise<Data> {
  const data: Data = {};
  if (plan.node !== null) await runNode(plan.node, data, run);
  return data;
}

async function runNode(node: PlanNode, data: Data, run: PlanRun): Promise<void> {
  switch (node.kind) {
    case 'Sequence':
      for (const child of node.nodes) await runNode(child, data, run);
      return;
    case 'Parallel':
      await Promise.all(node.nodes.map((child) => runNode(child, data, run)));
      return;
    case 'Condition': {
      const branch = run.variables[node.variable] === true ? node.ifTrue : node.ifFalse;
      return branch === null ? undefined : runNode(branch, data, run);
    }
    case 'Defer':
      if (node.primary !== null) await runNode(node.primary, data, run);
      for (const { node: later } of node.deferred) if (later !== null) await runNode(later, data, run);
      return;
    case 'RootFetch': {
      const answer = await run.fetch({ ...node, variables: pick(run.variables, node.variables) });
      for (const rewrite of node.outputRewrites) applyRewrite(run, rewrite, answer);
      for (const place of findObjects(run, data, node.path)) merge(run, place, answer);
      return;
    }
    case 'EntityFetch':
      return runEntityFetch(node, data, run);
  }
}

async function runEntityFetch(node: EntityFetch, data: Data, run: PlanRun): Promise<void> {
  const groups = node.groups.map((group) => ({ group, ...findEntities(group, data, run) }));
  if (groups.every(({ entities }) => entities.length === 0)) return;
  const representations = groups.map(({ group, entities }) => [
    group.variable,
    entities.map(({ representation }) => representation),
  ]);
  const variables = { ...pick(run.variables, node.variables), ...Object.fromEntries(representations) };
  const answer = await run.fetch({ ...node, variables });
  for (const { group, entities } of groups) {
    const answered = answer[group.responseKey] as (Data | null)[];
    for (const [index, { entity }] of entities.entries()) {
      const fields = answered[index];
      if (fields === null || fields === undefined) continue;
      fields.__typename ??= entity.__typename;
      for (const rewrite of group.outputRewrites) applyRewrite(run, rewrite, fields);
      merge(run, entity, fields);
    }
  }
}

function findEntities({ paths, requires, inputRewrites }: EntityGroup, data: Data, run: PlanRun) {
  const entities = [];
  for (const entity of paths.flatMap((path) => findObjects(run, data, path))) {
    const representation = represent(run, entity, requires);
    if (representation?.__typename === undefined) continue;
    for (const rewrite of inputRewrites) applyRewrite(run, rewrite, representation);
    entities.push({ entity, representation });
  }
  return { entities };
}

/** Null when a part is missing. */
function represent(run: PlanRun, entity: Data, requires: readonly Requirement[]): Data | null {
  const representation: Data = {};
  for (const requirement of requires) {
    if (requirement.kind === 'Fragment') {
      if (!isOfType(run.supergraphSchema, String(entity.__typename), requirement.typeCondition)) continue;
      const part = represent(run, entity, requirement.selections);
      if (part === null) return null;
      merge(run, representation, part);
      continue;
    }
    const { responseKey, alias, selections } = requirement;
    const value = alias !== null && Object.hasOwn(entity, alias) ? entity[alias] : entity[responseKey];
    if (value === undefined) return null;
    representation[responseKey] = selections === null ? value : representEach(run, value, selections);
  }
  return representation;
}

function representEach(run: PlanRun, value: unknown, selections: readonly Requirement[]): unknown {
  if (Array.isArray(value)) return value.map((item) => representEach(run, item, selections));
  return value === null ? null : represent(run, value as Data, selections);
}

function findObjects(run: PlanRun, value: unknown, [step, ...rest]: readonly PathStep[]): Data[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step?.kind) {
    case undefined:
      return [value as Data];
    case 'Items':
      return (value as unknown[]).flatMap((item) => findObjects(run, item, rest));
    case 'Field':
      return findObjects(run, (value as Data)[step.responseKey], rest);
    case 'Types':
      return matches(run, value as Data, step.typeNames) ? findObjects(run, value, rest) : [];
  }
}

function applyRewrite(run: PlanRun, rewrite: Rewrite, value: unknown): void {
  for (const object of findRewritten(run, value, rewrite.path)) {
    const { responseKey } = rewrite;
    if (rewrite.kind === 'Set') object[responseKey] = rewrite.value;
    else if (Object.hasOwn(object, responseKey)) {
      object[rewrite.to] = object[responseKey];
      delete object[responseKey];
    }
  }
}

function findRewritten(run: PlanRun, value: unknown, path: readonly RewriteStep[]): Data[] {
  if (Array.isArray(value)) return value.flatMap((item) => findRewritten(run, item, path));
  if (!isObject(value)) return [];
  const [step, ...rest] = path;
  switch (step?.kind) {
    case undefined:
      return [value];
    case 'Field':
      return findRewritten(run, value[step.responseKey], rest);
    case 'Types':
      return matches(run, value, step.typeNames) ? findRewritten(run, value, rest) : [];
  }
}

function matches(run: PlanRun, object: Data, typeNames: readonly string[]): boolean {
  const typeName = object.__typename;
  return (
    typeof typeName !== 'string' || typeNames.some((name) => isOfType(run.supergraphSchema, typeName, name))
  );
}

/** Deep; lists item by item. An `@interfaceObject` calls itself by the interface, which must not hide what it is known to be. */
function merge(run: PlanRun, target: Data, source: Data): void {
  for (const [key, value] of Object.entries(source)) {
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (
      key === '__typename' &&
      known !== undefined &&
      !isObjectType(run.supergraphSchema.getType(String(value)))
    )
      continue;
    if (isObject(known) && isObject(value)) merge(run, known, value);
    else Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  }
}

function isObject(value: unknown): value is Data {
  return typeof value === 'object' && value !== null;
}

function pick(values: Readonly<Data>, names: readonly string[]): Data {
  return Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));
}
