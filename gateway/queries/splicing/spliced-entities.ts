/**
 * HISTORY: entities of one list of a fetch, where answers are put together from bytes: each is represented once by the bytes of its key, and what is answered is
 * added wherever it stands. Used by spliced-plan.ts; what execution/entity-group.ts is to the plan.
 */
import type { Representations } from '../execution/run-node.ts';
import type { EntityGroup, PathStep } from '../planning/plan.ts';
import type { ObjectLayout } from './answer-layout.ts';
import { findObject, findOrigin, NotSpliceable } from './answer-layout.ts';
import type { Inside, Part, Sites } from './answer-reader.ts';

/** Objects at the end of a path, which of their additions is asked for, and by what. */
export interface Site {
  readonly site: number;
  readonly addition: number;
  readonly read: Representation['read'];
}

interface Target {
  readonly part: Part;
  readonly addition: number;
}

/** What tells an entity from others of its list, as JSON text -> where it stands. */
export type Targets = ReadonlyMap<string, readonly Target[]>;

/** Representations are `start`, what tells them apart, `end`. */
export interface Representation {
  readonly start: string;
  readonly end: string;
  /** Null for an object that has not all of it. */
  readonly read: (part: Part) => string | null;
}

/** Where the objects at the end of the group's paths stand. Throws NotSpliceable where they are of several types, or their answers are of several places. */
export function findBases(root: ObjectLayout, { paths }: EntityGroup): readonly ObjectLayout[] {
  return paths.map((path) => path.reduce(enter, root));
}

/** Takes apart what it goes through, so that the objects at the end are found. */
function enter(from: ObjectLayout, step: PathStep): ObjectLayout {
  if (step.kind === 'Items') return from;
  if (step.kind === 'Types') {
    if (step.typeNames.includes(from.type.name)) return from;
    throw new NotSpliceable(`a path leads through other types than ${from.type.name}`);
  }
  const { field, isShared } = findOrigin(from, step.responseKey);
  const object = findObject(field.value);
  if (object === null || isShared) throw new NotSpliceable(`a path leads through ${step.responseKey}`);
  object.isTakenApart = true;
  return object;
}

/** For the one object type that is asked about. */
export function compileRepresentation(
  base: ObjectLayout,
  { requires, inputRewrites }: EntityGroup,
): Representation {
  const [only, ...others] = requires;
  if (others.length > 0 || only?.kind !== 'Fragment' || inputRewrites.length > 0)
    throw new NotSpliceable('a representation is not of one type');
  if (only.typeCondition !== base.type.name)
    throw new NotSpliceable(`${only.typeCondition} is asked for, not ${base.type.name}`);
  const values: Value[] = [];
  let text = '{';
  for (const one of only.selections) {
    if (one.kind !== 'Field' || one.alias !== null || one.selections !== null)
      throw new NotSpliceable('a representation has more than leaves');
    const { addition, index, field } = findOrigin(base, one.responseKey);
    text += `${text.endsWith('{') ? '' : ','}${JSON.stringify(one.responseKey)}:`;
    if (field.value.kind === 'TypeName' && addition === null) {
      text += JSON.stringify(field.value.name);
      continue;
    }
    values.push({ before: text, addition, index, headBytes: field.head.length });
    text = '';
  }
  const [first, ...rest] = values;
  if (first === undefined)
    throw new NotSpliceable('a representation has nothing that tells one from another');
  return {
    start: first.before,
    end: `${text}}`,
    read: (part) => {
      let read = readValue(first, part);
      for (const value of rest) {
        const next = readValue(value, part);
        read = read === null || next === null ? null : read + value.before + next;
      }
      return read;
    },
  };
}

/** A leaf of a representation. */
interface Value {
  /** The text from the last one to it. */
  readonly before: string;
  readonly addition: number | null;
  readonly index: number;
  readonly headBytes: number;
}

function readValue({ addition, index, headBytes }: Value, part: Part): string | null {
  const source = addition === null ? part : part.additions[addition];
  if (source === undefined || source === null) return null;
  const { bytes, marks } = source;
  const text = bytes.toString('utf8', (marks[index] as number) + headBytes, (marks[index + 1] as number) - 1);
  // Escaped in one of several ways: as everybody else would write it, so that the same is the same.
  return text.includes('\\') ? JSON.stringify(JSON.parse(text)) : text;
}

export class SplicedGroup {
  readonly #sites: readonly Site[];
  readonly #representation: Representation;

  /** Whose representations differ in where they are read only. */
  constructor(sites: readonly Site[], representation: Representation) {
    this.#sites = sites;
    this.#representation = representation;
  }

  /** Null when an object can't be represented. */
  collect(sites: Sites): Targets | null {
    const targets = new Map<string, Target[]>();
    for (const { site, addition, read } of this.#sites)
      for (const part of sites[site] as Part[]) {
        const text = read(part);
        if (text === null) return null;
        const known = targets.get(text);
        if (known === undefined) targets.set(text, [{ part, addition }]);
        else known.push({ part, addition });
      }
    return targets;
  }

  toRepresentations(targets: Targets): Representations {
    const { start, end } = this.#representation;
    const keys = [...targets.keys()];
    return {
      size: keys.length,
      text: keys.length === 0 ? '[]' : `[${start}${keys.join(`${end},${start}`)}${end}]`,
      split: () => keys.map((key) => start + key + end),
    };
  }

  /** False when it is not the list that was asked for. */
  take(entities: Inside, targets: Targets): boolean {
    if (!Array.isArray(entities) || entities.length !== targets.size) return false;
    let index = 0;
    for (const ones of targets.values()) {
      for (const { part, addition } of ones) part.additions[addition] = entities[index] as Part | null;
      index += 1;
    }
    return true;
  }
}
