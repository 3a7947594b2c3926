/**
 * HISTORY and SEND: the steps of a plan's path, compiled: from what has been fetched to the objects that are at its end. Called by the compiled fetches for
 * entities, and with places for the paths of errors.
 */

import type { PathStep } from '../planning/plan.ts';
import type { JsonObject } from './json-objects.ts';
import { createRead } from './json-objects.ts';
import type { TypeRelation } from './type-names.ts';
import { createTypeTest } from './type-names.ts';

/** Calls `visit` with each object at the end, in the order of the answer, as often as it stands there. */
export type Walk = (value: unknown, visit: (object: JsonObject) => void) => void;

/** Where something stands in the answer. */
export type Place = readonly (string | number)[];

const arrive: Walk = (value, visit) => {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    visit(value as JsonObject);
    return;
  }
  for (const item of value) arrive(item, visit);
};

/** Lists that the steps do not name are gone through as well. */
export function compilePath(steps: readonly PathStep[], isOfType: TypeRelation): Walk {
  return steps.reduceRight<Walk>((next, step) => compileStep(step, next, isOfType), arrive);
}

function compileStep(step: PathStep, next: Walk, isOfType: TypeRelation): Walk {
  if (step.kind === 'Items')
    return (value, visit) => {
      if (Array.isArray(value)) for (const item of value) next(item, visit);
    };
  const enter = step.kind === 'Field' ? createRead(step.responseKey) : null;
  const isWanted = step.kind === 'Types' ? createTypeTest(isOfType, step.typeNames, true) : null;
  const walk: Walk = (value, visit) => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, visit);
      return;
    }
    if (enter !== null) next(enter(value as JsonObject), visit);
    else if (isWanted?.(value as JsonObject)) next(value, visit);
  };
  return walk;
}

/** Every place from which the steps lead to each object. Slow: only for errors. */
export function findPlaces(
  steps: readonly PathStep[],
  data: unknown,
  isOfType: TypeRelation,
): ReadonlyMap<JsonObject, readonly Place[]> {
  const places = new Map<JsonObject, Place[]>();
  const go = (value: unknown, at: number, place: Place): void => {
    if (typeof value !== 'object' || value === null) return;
    const step = steps[at];
    if (Array.isArray(value)) {
      const after = step?.kind === 'Items' ? at + 1 : at;
      for (const [index, item] of value.entries()) go(item, after, [...place, index]);
      return;
    }
    const object = value as JsonObject;
    if (step === undefined) {
      const known = places.get(object);
      if (known === undefined) places.set(object, [place]);
      else known.push(place);
    } else if (step.kind === 'Field') {
      go(createRead(step.responseKey)(object), at + 1, [...place, step.responseKey]);
    } else if (step.kind === 'Types' && createTypeTest(isOfType, step.typeNames, true)(object)) {
      go(object, at + 1, place);
    }
  };
  go(data, 0, []);
  return places;
}
