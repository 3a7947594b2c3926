/**
 * HISTORY and SEND: from an entity, as far as it has been fetched, to the JSON text of the representation by which a subgraph is asked for the rest of it.
 * Compiled once per group of a fetch, and for each type that turns up.
 */

import { isObject } from '#platform/is-object.ts';
import type { EntityGroup, Requirement } from '../planning/plan.ts';
import type { JsonObject, Read } from './json-objects.ts';
import { createRead, merge, setField } from './json-objects.ts';
import { compileRewrites } from './rewrites.ts';
import type { TypeRelation } from './type-names.ts';
import { readTypeName } from './type-names.ts';

/** Null for an entity that lacks a part, or is of a type that is not asked about. */
export type Represent = (entity: JsonObject) => string | null;

/** Without __typename nothing can be asked. Types beyond this many are made up, and compiled each time. */
const typesMax = 1_000;

export function compileRepresentation(
  { requires, inputRewrites }: Pick<EntityGroup, 'requires' | 'inputRewrites'>,
  isOfType: TypeRelation,
): Represent {
  const byType = new Map<string, Represent>();
  const rewrite = compileRewrites(inputRewrites, isOfType);
  const build = compileBuild(requires, isOfType);

  function compileForType(typeName: string): Represent {
    const matching = requires.filter((one) => one.kind === 'Field' || isOfType(typeName, one.typeCondition));
    const [only] = matching;
    if (only === undefined) return () => null;
    const isPlain = rewrite === null && matching.length === 1 && only.kind === 'Fragment';
    const write = isPlain ? compileText(only.selections) : null;
    if (write !== null) return write;
    return (entity) => {
      const representation = build(entity);
      if (representation === null || !representation.__typename) return null;
      rewrite?.(representation);
      return JSON.stringify(representation);
    };
  }

  return (entity) => {
    const typeName = readTypeName(entity);
    if (typeName === undefined) return null;
    const known = byType.get(typeName);
    if (known !== undefined) return known(entity);
    const represent = compileForType(typeName);
    if (byType.size < typesMax) byType.set(typeName, represent);
    return represent(entity);
  };
}

/** Writes text without building an object; null when there is more to it than leaves under different names. */
function compileText(requirements: readonly Requirement[]): Represent | null {
  const leaves: { readonly read: Read; readonly head: string }[] = [];
  for (const [index, one] of requirements.entries()) {
    if (one.kind === 'Fragment' || one.selections !== null) return null;
    const head = `${index === 0 ? '{' : ','}${JSON.stringify(one.responseKey)}:`;
    leaves.push({ read: createRequirementRead(one), head });
  }
  const keys = new Set(requirements.map((one) => one.kind === 'Field' && one.responseKey));
  if (keys.size !== leaves.length || !keys.has('__typename')) return null;
  return (entity) => {
    let text = '';
    for (const { read, head } of leaves) {
      const value = read(entity);
      if (value === undefined) return null;
      text += head + (typeof value === 'string' ? JSON.stringify(value) : stringifyLeaf(value));
    }
    return `${text}}`;
  };
}

function stringifyLeaf(value: unknown): string {
  return value === null ? 'null' : JSON.stringify(value);
}

/** Where the planner has given the field a name of its own, that one counts. */
function createRequirementRead({ responseKey, alias }: Requirement & { kind: 'Field' }): Read {
  const read = createRead(responseKey);
  if (alias === null) return read;
  const readAlias = createRead(alias);
  return (object) => {
    const value = readAlias(object);
    return value === undefined ? read(object) : value;
  };
}

type Build = (source: JsonObject) => JsonObject | null;

/** The parts of `source` that are named; null when a field is missing. */
function compileBuild(requirements: readonly Requirement[], isOfType: TypeRelation): Build {
  const parts = requirements.map((one) => compilePart(one, isOfType));
  return (source) => {
    const result: JsonObject = {};
    for (const addTo of parts) if (!addTo(result, source)) return null;
    return result;
  };
}

function compilePart(
  requirement: Requirement,
  isOfType: TypeRelation,
): (result: JsonObject, source: JsonObject) => boolean {
  const build = requirement.selections === null ? null : compileBuild(requirement.selections, isOfType);
  if (requirement.kind === 'Fragment') {
    const { typeCondition } = requirement;
    return (result, source) => {
      const typeName = readTypeName(source);
      if (typeName === undefined || !isOfType(typeName, typeCondition)) return true;
      const part = build?.(source) ?? null;
      if (part !== null) merge(result, part);
      return part !== null;
    };
  }
  const { responseKey } = requirement;
  const read = createRequirementRead(requirement);
  return (result, source) => {
    const value = read(source);
    if (value === undefined) return false;
    setField(result, responseKey, build === null ? value : buildEach(value, build));
    return true;
  };
}

function buildEach(value: unknown, build: Build): unknown {
  if (Array.isArray(value)) return value.map((item) => buildEach(item, build));
  return isObject(value) ? build(value) : null;
}
