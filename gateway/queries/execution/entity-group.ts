/** HISTORY and SEND: entities of one list of a fetch, compiled: collected where they stand, each represented once, completed by what is answered. Used by entity-fetch.ts. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { isObject } from '#platform/is-object.ts';
import { toDownstreamError } from '../../subgraph-answer.ts';
import type { EntityGroup } from '../planning/plan.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './json-objects.ts';
import { copyJson, merge } from './json-objects.ts';
import type { Place } from './paths.ts';
import { compilePath, findPlaces } from './paths.ts';
import type { QuerySchema } from './query-schema.ts';
import type { Represent } from './representations.ts';
import { compileRepresentation } from './representations.ts';
import { compileRewrites, readRenames } from './rewrites.ts';
import type { Rename, Representations } from './run-node.ts';
import { createRename } from './run-node.ts';
import { readTypeName } from './type-names.ts';

/** JSON text of each representation -> the objects it was made of. */
export type EntityList = ReadonlyMap<string, readonly JsonObject[]>;

export class CompiledGroup {
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

export function toRepresentations(list: EntityList): Representations {
  const texts = [...list.keys()];
  return { size: texts.length, text: `[${texts.join()}]`, split: () => texts };
}

export interface Locating {
  readonly error: GraphQLFormattedError;
  readonly groups: readonly CompiledGroup[];
  readonly lists: readonly EntityList[];
  readonly execution: Execution;
  readonly subgraph: string;
}

/** An error of one entity is told at each place where the entity stands. */
export function locate({ error, groups, lists, execution, subgraph }: Locating): GraphQLError[] {
  const [responseKey, index, ...below] = error.path ?? [];
  const at = groups.findIndex((group) => group.responseKey === responseKey);
  const group = groups[at];
  const objects = typeof index === 'number' ? [...(lists[at]?.values() ?? [])][index] : undefined;
  if (group === undefined || objects === undefined) return [toDownstreamError(error, subgraph, undefined)];
  const places = group.placesOf(execution.data, objects);
  return places.map((place) => toDownstreamError(error, subgraph, group.rename([...place, ...below])));
}
