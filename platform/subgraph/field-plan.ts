/**
 * The fields of one type in one operation, ready to run: how a value is read, and how it becomes the answer's. Planned when the first value of the type
 * is met, kept for all requests. Built by compiled-operation.ts. Nulls and errors are where graphql-js has them: a field that fails is null, or its
 * parent is where it must not be.
 */
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLAbstractType,
  GraphQLField,
  GraphQLList,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import {
  defaultFieldResolver,
  defaultTypeResolver,
  GraphQLError,
  getArgumentValues,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  responsePathAsArray,
  TypeNameMetaFieldDef,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { toSerialize } from './leaf-values.ts';

type Path = GraphQLResolveInfo['path'];

/** What one request has of its own. */
export interface Run {
  readonly context: unknown;
  /** Coerced. */
  readonly variables: { [name: string]: unknown };
  readonly errors: GraphQLError[];
  /** Where a null stands for an error; undefined for the whole answer. What fails below it is not told any more. */
  readonly nulled: Set<Path | undefined>;
}

/** What is the same for all requests. */
export interface PlanScope {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: { [name: string]: FragmentDefinitionNode };
  /** Variables, of which those of @skip and @include are read. */
  readonly conditions: { [name: string]: unknown };
}

/** A field where it stands. */
interface Site {
  readonly scope: PlanScope;
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly nodes: readonly FieldNode[];
}

type Read = (run: Run, source: unknown, path: Path) => unknown;
/** Makes of a value what the answer has, or a promise of it. Throws, or rejects, where it can't. */
type Complete = (run: Run, value: unknown, path: Path) => unknown;

/** The fields of `parent` by their keys in the answer, as graphql-js collects them. */
export function planSelection(
  scope: PlanScope,
  parent: GraphQLObjectType,
  fields: ReadonlyMap<string, readonly FieldNode[]>,
): Selection {
  const plans: FieldPlan[] = [];
  for (const [key, nodes] of fields) {
    const name = nodes[0]?.name.value ?? key;
    const field = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : parent.getFields()[name];
    if (field !== undefined) plans.push(new FieldPlan(key, { scope, parent, field, nodes }));
  }
  return new Selection(plans);
}

export class Selection {
  readonly #fields: readonly FieldPlan[];

  constructor(fields: readonly FieldPlan[]) {
    this.#fields = fields;
  }

  /** An object of the answer, or a promise of it. Throws, or rejects, when it has to be null. */
  run(run: Run, source: unknown, path: Path | undefined): unknown {
    const answer: Record<string, unknown> = {};
    const awaited: Promise<void>[] = [];
    try {
      for (const field of this.#fields) {
        const value = field.run(run, source, path);
        answer[field.key] = value;
        if (isPromise(value)) awaited.push(putWhenThere(answer, field.key, value));
      }
    } catch (error) {
      return throwAfter(awaited, error);
    }
    return awaited.length === 0 ? answer : Promise.all(awaited).then(() => answer);
  }

  /** The fields of a mutation, each when the one before is done. */
  async runSerially(run: Run): Promise<unknown> {
    const answer: Record<string, unknown> = {};
    for (const field of this.#fields) answer[field.key] = await field.run(run, undefined, undefined);
    return answer;
  }
}

class FieldPlan {
  readonly key: string;
  readonly #typename: string;
  readonly #read: Read;
  readonly #slot: Slot;

  constructor(key: string, site: Site) {
    this.key = key;
    this.#typename = site.parent.name;
    this.#read = planRead(site);
    this.#slot = new Slot(site, site.field.type);
  }

  /** Throws, or rejects, only where there must be no null. */
  run(run: Run, source: unknown, parentPath: Path | undefined): unknown {
    const path: Path = { prev: parentPath, key: this.key, typename: this.#typename };
    let value: unknown;
    try {
      value = this.#read(run, source, path);
    } catch (error) {
      return this.#slot.fail(run, error, path);
    }
    return this.#slot.fill(run, value, path);
  }
}

/** A place of the answer that takes one value: a field, or an item of a list. */
class Slot {
  readonly #nodes: readonly FieldNode[];
  readonly #isNullable: boolean;
  readonly #complete: Complete;

  constructor(site: Site, type: GraphQLOutputType) {
    this.#nodes = site.nodes;
    this.#isNullable = !isNonNullType(type);
    this.#complete = planValue(site, type);
  }

  fill(run: Run, value: unknown, path: Path): unknown {
    if (!isPromise(value)) return this.#fillNow(run, value, path);
    return value.then(
      (resolved) => this.#fillNow(run, resolved, path),
      (error) => this.fail(run, error, path),
    );
  }

  fail(run: Run, error: unknown, path: Path): null {
    const located = locatedError(error, this.#nodes, responsePathAsArray(path));
    if (!this.#isNullable) throw located;
    noteError(run, located, path);
    return null;
  }

  #fillNow(run: Run, value: unknown, path: Path): unknown {
    try {
      const completed = this.#complete(run, value, path);
      return isPromise(completed)
        ? completed.then(undefined, (error) => this.fail(run, error, path))
        : completed;
    } catch (error) {
      return this.fail(run, error, path);
    }
  }
}

/** An error of the answer, unless a null has taken its place with it. */
export function noteError(run: Run, error: GraphQLError, path: Path | undefined): void {
  for (let place = path; place !== undefined; place = place.prev) if (run.nulled.has(place)) return;
  if (run.nulled.has(undefined)) return;
  run.nulled.add(path);
  run.errors.push(error);
}

function planRead(site: Site): Read {
  const { field, parent, nodes } = site;
  if (field === TypeNameMetaFieldDef) return () => parent.name;
  const resolve = field.resolve ?? defaultFieldResolver;
  const [node] = nodes;
  const call: Read = (run, source, path) => {
    const given =
      field.args.length === 0 || node === undefined ? {} : getArgumentValues(field, node, run.variables);
    return resolve(source, given, run.context, createInfo(site, run, path));
  };
  if (field.resolve !== undefined || field.args.length > 0) return call;
  const { name } = field;
  return (run, source, path) => {
    if (typeof source !== 'object' || source === null) return call(run, source, path);
    const value = (source as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'function' ? call(run, source, path) : value;
  };
}

function createInfo({ scope, parent, field, nodes }: Site, run: Run, path: Path): GraphQLResolveInfo {
  return {
    fieldName: field.name,
    fieldNodes: nodes,
    returnType: field.type,
    parentType: parent,
    path,
    schema: scope.schema,
    fragments: scope.fragments,
    rootValue: undefined,
    operation: scope.operation,
    variableValues: run.variables,
  };
}

function planValue(site: Site, type: GraphQLOutputType): Complete {
  if (!isNonNullType(type)) return planNullable(site, type);
  const complete = planNullable(site, type.ofType);
  const place = `${site.parent.name}.${site.field.name}`;
  return (run, value, path) => {
    const completed = complete(run, value, path);
    if (completed === null) throw new Error(`Cannot return null for non-nullable field ${place}.`);
    return completed;
  };
}

function planNullable(site: Site, type: GraphQLOutputType): Complete {
  const complete = planPresent(site, type);
  return (run, value, path) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    return complete(run, value, path);
  };
}

function planPresent(site: Site, type: GraphQLOutputType): Complete {
  if (isLeafType(type)) {
    const serialize = toSerialize(type);
    return (_run, value) => serialize(value);
  }
  if (isListType(type)) return planList(site, type);
  if (isObjectType(type)) return planObject(site, type);
  return planAbstract(site, type as GraphQLAbstractType);
}

function planList(site: Site, { ofType }: GraphQLList<GraphQLOutputType>): Complete {
  const slot = new Slot(site, ofType);
  const place = `${site.parent.name}.${site.field.name}`;
  return (run, value, path) => {
    if (!isIterable(value))
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${place}".`);
    const given = [...value];
    const items: unknown[] = [];
    let isAwaited = false;
    try {
      for (const item of given) {
        const filled = slot.fill(run, item, { prev: path, key: items.length, typename: undefined });
        items.push(filled);
        isAwaited ||= isPromise(filled);
      }
    } catch (error) {
      return throwAfter([...items, ...given.slice(items.length)].filter(isPromise), error);
    }
    return isAwaited ? Promise.all(items) : items;
  };
}

function planObject({ scope, nodes }: Site, type: GraphQLObjectType): Complete {
  let selection: Selection | null = null;
  return (run, value, path) => {
    if (selection === null) {
      const { schema, fragments, conditions } = scope;
      selection = planSelection(scope, type, collectSubfields(schema, fragments, conditions, type, nodes));
    }
    return selection.run(run, value, path);
  };
}

function planAbstract(site: Site, type: GraphQLAbstractType): Complete {
  const { schema } = site.scope;
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const byName = new Map<unknown, Complete>();
  const planFor = (name: unknown): Complete => {
    const found = typeof name === 'string' ? schema.getType(name) : undefined;
    if (!isObjectType(found) || !schema.isSubType(type, found))
      throw new GraphQLError(
        `A value of ${site.parent.name}.${site.field.name} is of no type of ${type.name}.`,
      );
    const complete = planObject(site, found);
    byName.set(name, complete);
    return complete;
  };
  return (run, value, path) => {
    const completeAs = (name: unknown) => (byName.get(name) ?? planFor(name))(run, value, path);
    const name = resolveType(value, run.context, createInfo(site, run, path), type);
    return isPromise(name) ? name.then(completeAs) : completeAs(name);
  };
}

export function isPromise(value: unknown): value is Promise<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { readonly then?: unknown }).then === 'function';
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

async function putWhenThere(
  answer: Record<string, unknown>,
  key: string,
  value: Promise<unknown>,
): Promise<void> {
  answer[key] = await value;
}

/** At once where nothing is awaited; else everything awaited is heard of first, since it may fail too. */
function throwAfter(awaited: readonly Promise<unknown>[], error: unknown): Promise<never> {
  if (awaited.length === 0) throw error;
  return Promise.allSettled(awaited).then(() => {
    throw error;
  });
}
