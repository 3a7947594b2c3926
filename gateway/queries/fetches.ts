/**
 * HISTORY and SEND: the fetches of a plan, compiled: request text, entities collected and each asked for once, answer merged, errors with their places in the
 * client's answer. Called by compiled-plan.ts; asks subgraphs through subgraph-source.ts.
 */
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import { toClientName } from './client-keys.ts';
import type { Execution } from './execution.ts';
import { compileBody } from './fetch-body.ts';
import type { JsonObject } from './json-objects.ts';
import { copyJson, isObject, merge } from './json-objects.ts';
import type { Place } from './paths.ts';
import { compilePath, findPlaces } from './paths.ts';
import type { EntityFetch, EntityGroup, RootFetch } from './plan.ts';
import type { QuerySchema } from './query-schema.ts';
import type { QuerySource, SourceRequest } from './query-source.ts';
import type { Represent } from './representations.ts';
import { compileRepresentation } from './representations.ts';
import { compileRewrites, readRenames } from './rewrites.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';
import { toDownstreamError } from './subgraph-answer.ts';
import { readTypeName } from './type-names.ts';

/** Never rejects: what goes wrong is an error of the execution. */
export type RunNode = (execution: Execution) => Promise<void> | undefined;

export interface FetchOptions {
  readonly schema: QuerySchema;
  readonly sourceOf: (subgraph: string) => QuerySource;
  /** Of the client's operation. */
  readonly isMutation: boolean;
}

/** Fields of a root type, wherever in the answer they belong. */
export function compileRootFetch(fetch: RootFetch, options: FetchOptions): RunNode {
  const writeBody = compileBody(fetch);
  const kind = fetch.operationKind === 'mutation' ? 'mutation' : kindOfFetch(options);
  const take = compileTake(fetch, options);
  const walk = fetch.path.length === 0 ? null : compilePath(fetch.path, options.schema.isOfType);
  return (execution) => {
    const targets: JsonObject[] = [];
    if (walk === null) targets.push(execution.data);
    else walk(execution.data, (object) => targets.push(object));
    if (targets.length === 0) return undefined;
    const request = { kind, body: writeBody(execution.variables, []), context: execution.context };
    return attempt(execution, async () => {
      const { answer, cachePolicy } = await options.sourceOf(fetch.subgraph).ask(request);
      execution.notePolicy(cachePolicy);
      take(answer, execution, targets);
    });
  };
}

/** The subgraph's answer as it came, where it is the client's; null when it had to be taken in, as any other. */
export function compilePassThrough(
  fetch: RootFetch,
  options: FetchOptions,
): (execution: Execution) => Promise<Buffer | null> {
  const writeBody = compileBody(fetch);
  const kind = kindOfFetch(options);
  const take = compileTake(fetch, options);
  return async (execution) => {
    const request = { kind, body: writeBody(execution.variables, []), context: execution.context };
    let body: Buffer | null = null;
    await attempt(execution, async () => {
      const reply = await options.sourceOf(fetch.subgraph).askForBody(request);
      execution.notePolicy(reply.cachePolicy);
      if (reply.kind === 'body') body = reply.body;
      else take(reply.answer, execution, [execution.data]);
    });
    return body;
  };
}

type TakeRoot = (answer: SubgraphAnswer, execution: Execution, targets: readonly JsonObject[]) => void;

function compileTake({ outputRewrites, subgraph, path }: RootFetch, { schema }: FetchOptions): TakeRoot {
  const { isOfType, interfaceObjects } = schema;
  const rewrite = compileRewrites(outputRewrites, isOfType);
  const rename = createRename(readRenames(outputRewrites));
  const findTargets = (data: JsonObject) => [...findPlaces(path, data, isOfType).values()].flat();
  return ({ data, errors }, execution, targets) => {
    for (const error of errors) {
      const below = error.path && rename(error.path);
      const places = below === undefined ? [undefined] : findTargets(execution.data).map((at) => [...at, ...below]);
      for (const place of places) execution.errors.push(toDownstreamError(error, subgraph, place));
    }
    if (data === null) return;
    rewrite?.(data);
    for (const [index, target] of targets.entries())
      merge(target, index === 0 ? data : copyJson(data), interfaceObjects);
  };
}

/** Entities, each asked for once, however often it stands in the answer. */
export function compileEntityFetch(fetch: EntityFetch, options: FetchOptions): RunNode {
  const writeBody = compileBody(fetch);
  const groups = fetch.groups.map((group) => new CompiledGroup(group, options.schema));
  const kind = kindOfFetch(options);
  const { subgraph } = fetch;
  return (execution) => {
    const lists = groups.map((group) => group.collect(execution.data));
    if (lists.every(({ size }) => size === 0)) return undefined;
    const texts = lists.map((list) => `[${[...list.keys()].join(',')}]`);
    const body = writeBody(execution.variables, texts);
    const request = { kind, body, context: execution.context };
    return attempt(execution, async () => {
      const { answer, cachePolicy } = await options.sourceOf(subgraph).ask(request);
      execution.notePolicy(cachePolicy);
      for (const error of answer.errors)
        execution.errors.push(...locate({ error, groups, lists, execution, subgraph }));
      const { data } = answer;
      if (data !== null)
        for (const [index, group] of groups.entries()) group.take(data, lists[index] as EntityList);
    });
  };
}

function kindOfFetch({ isMutation }: FetchOptions): SourceRequest['kind'] {
  return isMutation ? 'after-mutation' : 'query';
}

async function attempt(execution: Execution, fetch: () => Promise<void>): Promise<void> {
  try {
    await fetch();
  } catch (error) {
    execution.errors.push(toGraphQLError(error));
  }
}

/** JSON text of each representation -> the objects it was made of. */
type EntityList = ReadonlyMap<string, readonly JsonObject[]>;

class CompiledGroup {
  readonly #group: EntityGroup;
  readonly #schema: QuerySchema;
  readonly #represent: Represent;
  readonly #walks: readonly ReturnType<typeof compilePath>[];
  readonly #rewrite: ReturnType<typeof compileRewrites>;
  readonly rename: Rename;

  constructor(group: EntityGroup, schema: QuerySchema) {
    const { isOfType } = schema;
    this.#group = group;
    this.#schema = schema;
    this.#represent = compileRepresentation(group, isOfType);
    this.#walks = group.paths.map((path) => compilePath(path, isOfType));
    this.#rewrite = compileRewrites(group.outputRewrites, isOfType);
    this.rename = createRename(readRenames(group.outputRewrites));
  }

  get responseKey(): string {
    return this.#group.responseKey;
  }

  collect(data: JsonObject): EntityList {
    const list = new Map<string, JsonObject[]>();
    const add = (object: JsonObject) => {
      const text = this.#represent(object);
      if (text === null) return;
      const known = list.get(text);
      if (known === undefined) list.set(text, [object]);
      else known.push(object);
    };
    for (const walk of this.#walks) walk(data, add);
    return list;
  }

  /** Throws when it is not the list that was asked for. */
  take(data: JsonObject, list: EntityList): void {
    const entities = data[this.responseKey];
    if (list.size === 0) return;
    if (!Array.isArray(entities) || entities.length !== list.size)
      throw new Error(`asked for ${list.size} entities and got something else`);
    let index = 0;
    for (const targets of list.values()) {
      const entity: unknown = entities[index];
      index += 1;
      if (isObject(entity)) this.#give(entity, targets);
    }
  }

  #give(entity: JsonObject, targets: readonly JsonObject[]): void {
    const { isOfType, interfaceObjects } = this.#schema;
    const known = targets[0] && readTypeName(targets[0]);
    const told = readTypeName(entity);
    // A subgraph with an interface object calls the entity by the name of the interface; what it is exactly has been learned elsewhere.
    if (known !== undefined && (!told || isOfType(known, told))) entity.__typename = known;
    this.#rewrite?.(entity);
    for (let index = targets.length - 1; index >= 0; index -= 1)
      merge(targets[index] as JsonObject, index === 0 ? entity : copyJson(entity), interfaceObjects);
  }

  placesOf(data: JsonObject, objects: readonly JsonObject[]): Place[] {
    const all = this.#group.paths.map((path) => findPlaces(path, data, this.#schema.isOfType));
    // An object can stand in a list twice only if a subgraph's answer was used for both.
    return [...new Set(objects)].flatMap((object) => all.flatMap((places) => places.get(object) ?? []));
  }
}

interface Locating {
  readonly error: GraphQLFormattedError;
  readonly groups: readonly CompiledGroup[];
  readonly lists: readonly EntityList[];
  readonly execution: Execution;
  readonly subgraph: string;
}

/** An error of one entity is told at each place where the entity stands. */
function locate({ error, groups, lists, execution, subgraph }: Locating): GraphQLError[] {
  const [responseKey, index, ...below] = error.path ?? [];
  const at = groups.findIndex((group) => group.responseKey === responseKey);
  const group = groups[at];
  const objects = typeof index === 'number' ? [...(lists[at]?.values() ?? [])][index] : undefined;
  if (group === undefined || objects === undefined) return [toDownstreamError(error, subgraph, undefined)];
  const places = group.placesOf(execution.data, objects);
  return places.map((place) => toDownstreamError(error, subgraph, group.rename([...place, ...below])));
}

type Rename = (path: Place) => Place;

/** From keys of the subgraph's answer to those the client knows. */
function createRename(renames: ReadonlyMap<string, string>): Rename {
  return (path) =>
    path.map((step) => (typeof step === 'string' ? toClientName(renames.get(step) ?? step) : step));
}
