/** HISTORY and SEND: the changes that a plan makes to representations before they are sent and to entities before they are merged. Compiled once per fetch. */

import type { Rewrite, RewriteStep } from '../planning/plan.ts';
import type { JsonObject } from './json-objects.ts';
import { createRead, setField } from './json-objects.ts';
import type { TypeRelation } from './type-names.ts';
import { createTypeTest } from './type-names.ts';

/** Changes the object it is given. Null when there is nothing to change. */
export type ApplyRewrites = ((object: JsonObject) => void) | null;

export function compileRewrites(rewrites: readonly Rewrite[], isOfType: TypeRelation): ApplyRewrites {
  if (rewrites.length === 0) return null;
  const all = rewrites.map((rewrite) => ({
    reach: compileReach(rewrite.path, isOfType),
    change: compileChange(rewrite),
  }));
  return (object) => {
    for (const { reach, change } of all) reach(object, change);
  };
}

/** Keys that subgraphs answer with, and what clients know them by: for the paths of errors. */
export function readRenames(rewrites: readonly Rewrite[]): ReadonlyMap<string, string> {
  return new Map(
    rewrites.flatMap((rewrite) =>
      rewrite.kind === 'Rename' ? [[rewrite.responseKey, rewrite.to] as const] : [],
    ),
  );
}

type Change = (object: JsonObject) => void;
type Reach = (value: unknown, change: Change) => void;

function compileChange(rewrite: Rewrite): Change {
  const { responseKey } = rewrite;
  if (rewrite.kind === 'Set') return (object) => setField(object, responseKey, rewrite.value);
  const read = createRead(responseKey);
  const { to } = rewrite;
  return (object) => {
    const value = read(object);
    if (value === undefined) return;
    setField(object, to, value);
    delete object[responseKey];
  };
}

function compileReach(steps: readonly RewriteStep[], isOfType: TypeRelation): Reach {
  return steps.reduceRight<Reach>(
    (next, step) => {
      const enter = step.kind === 'Field' ? createRead(step.responseKey) : null;
      const isWanted = step.kind === 'Types' ? createTypeTest(isOfType, step.typeNames, true) : null;
      return inEach((object, change) => {
        if (enter !== null) next(enter(object), change);
        else if (isWanted?.(object)) next(object, change);
      });
    },
    inEach((object, change) => change(object)),
  );
}

function inEach(reach: (object: JsonObject, change: Change) => void): Reach {
  const all: Reach = (value, change) => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) for (const item of value) all(item, change);
    else reach(value as JsonObject, change);
  };
  return all;
}
