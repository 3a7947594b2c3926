/**
 * HISTORY: the bytes of a subgraph's answer, gone over once by its layout: is it as it should be, and where does what stand? Compiled once per fetch of a plan by
 * spliced-plan.ts. Nothing is decoded; what it does not take is read by way of the plan.
 */
import type { GraphQLLeafType } from 'graphql';
import { isEnumType, isSpecifiedScalarType } from 'graphql';
import type { FieldLayout, ObjectLayout, ValueLayout } from './answer-layout.ts';
import { findObject } from './answer-layout.ts';
import { closeBrace, closeBracket, comma, openBrace, openBracket } from './json-bytes.ts';
import type { JsonScanner } from './json-scanner.ts';

/** An object in an answer. Arrays have their length from the beginning: those that grow take room for 17. */
export class Part {
  readonly bytes: Buffer;
  /** Where each field begins, and one byte behind the last: field n is from marks[n] to marks[n + 1] - 1, where a comma or the brace is. */
  readonly marks: readonly number[];
  /** By field: the objects in it that are taken apart. */
  readonly inside: readonly Inside[];
  /** By addition of its layout: null where there is no such entity. */
  readonly additions: (Part | null)[];

  constructor(at: Pick<Part, 'bytes' | 'marks' | 'inside'>, additionsCount: number) {
    this.bytes = at.bytes;
    this.marks = at.marks;
    this.inside = at.inside;
    this.additions = additionsCount === 0 ? nothing : new Array(additionsCount).fill(null);
  }
}

const nothing: [] = [];

/** A value of a composite type, or a list of such. */
export type Inside = Part | null | readonly Inside[];

/** Parts by site: the objects from which entities will be asked for. */
export type Sites = Part[][];

/** Undefined when it is not as it should be. */
export type ReadInside = (scanner: JsonScanner, sites: Sites) => Inside | undefined;

/** Is it as it should be? */
type Pass = (scanner: JsonScanner) => boolean;

/** Objects that are not null, as they stand in an answer. Whether layouts are taken apart must be decided before. */
export function compileObjectReader(layout: ObjectLayout): ReadInside {
  const fields = layout.fields.map(({ head, value }) => ({ head, ...compileField(value) }));
  const sites = layout.additions.map(({ site }) => site);
  const { length } = fields;
  const isDeep = fields.some(({ read }) => read !== null);
  return (scanner, found) => {
    const { bytes } = scanner;
    const marks = new Array<number>(length + 1);
    const inside: Inside[] = isDeep ? new Array(length).fill(null) : nothing;
    for (let index = 0; index < length; index += 1) {
      const { head, pass, read } = fields[index] as (typeof fields)[number];
      if (!scanner.take(index === 0 ? openBrace : comma)) return undefined;
      marks[index] = scanner.at;
      if (!scanner.takeText(head)) return undefined;
      if (read === null) {
        if (!pass(scanner)) return undefined;
        continue;
      }
      const value = read(scanner, found);
      if (value === undefined) return undefined;
      inside[index] = value;
    }
    if (!scanner.take(closeBrace)) return undefined;
    marks[length] = scanner.at;
    const part = new Part({ bytes, marks, inside }, sites.length);
    for (const site of sites) (found[site] as Part[]).push(part);
    return part;
  };
}

/** `read`: null where nothing inside is taken apart. */
function compileField(value: ValueLayout): { readonly pass: Pass; readonly read: ReadInside | null } {
  const isTakenApart = findObject(value)?.isTakenApart === true;
  return { pass: compilePass(value), read: isTakenApart ? compileRead(value) : null };
}

function compileRead(value: ValueLayout): ReadInside {
  if (value.kind === 'List') return compileListReader(compileRead(value.item), value.isNullable);
  if (value.kind !== 'Object') throw new Error(`a ${value.kind} can't be taken apart`);
  const read = compileObjectReader(value.object);
  if (!value.isNullable) return read;
  return (scanner, found) => (scanner.takeNull() ? null : read(scanner, found));
}

/** `null` as a list only where it may be. */
export function compileListReader(readItem: ReadInside, isNullable: boolean): ReadInside {
  return (scanner, found) => {
    if (isNullable && scanner.takeNull()) return null;
    if (!scanner.take(openBracket)) return undefined;
    const items: Inside[] = [];
    if (scanner.take(closeBracket)) return items;
    do {
      const item = readItem(scanner, found);
      if (item === undefined) return undefined;
      items.push(item);
    } while (scanner.take(comma));
    return scanner.take(closeBracket) ? items : undefined;
  };
}

function compilePass(value: ValueLayout): Pass {
  switch (value.kind) {
    case 'TypeName': {
      const text = Buffer.from(JSON.stringify(value.name));
      return (scanner) => scanner.takeText(text);
    }
    case 'Leaf': {
      const pass = compileLeafPass(value.type);
      return value.isNullable ? orNull(pass, true) : (scanner) => !scanner.takeNull() && pass(scanner);
    }
    case 'Object':
      return orNull(compileObjectPass(value.object.fields), value.isNullable);
    case 'List':
      return orNull(compileListPass(compilePass(value.item)), value.isNullable);
  }
}

function orNull(pass: Pass, isNullable: boolean): Pass {
  return isNullable ? (scanner) => scanner.takeNull() || pass(scanner) : pass;
}

function compileObjectPass(layouts: readonly FieldLayout[]): Pass {
  const fields = layouts.map(({ head, value }) => ({ head, pass: compilePass(value) }));
  return (scanner) => {
    for (let index = 0; index < fields.length; index += 1) {
      const { head, pass } = fields[index] as (typeof fields)[number];
      if (!scanner.take(index === 0 ? openBrace : comma)) return false;
      if (!scanner.takeText(head) || !pass(scanner)) return false;
    }
    return scanner.take(closeBrace);
  };
}

function compileListPass(pass: Pass): Pass {
  return (scanner) => {
    if (!scanner.take(openBracket)) return false;
    if (scanner.take(closeBracket)) return true;
    do if (!pass(scanner)) return false;
    while (scanner.take(comma));
    return scanner.take(closeBracket);
  };
}

/** The values that execution/leaf-text.ts takes, in their usual form. */
function compileLeafPass(type: GraphQLLeafType): Pass {
  if (isEnumType(type)) {
    const texts = type.getValues().map(({ name }) => Buffer.from(JSON.stringify(name)));
    return (scanner) => texts.some((text) => scanner.takeText(text));
  }
  // Custom scalars are what their subgraph makes of them.
  if (!isSpecifiedScalarType(type)) return (scanner) => scanner.takeValue();
  switch (type.name) {
    case 'String':
      return (scanner) => scanner.takeString();
    case 'ID':
      return (scanner) => scanner.takeString() || scanner.takeInteger();
    case 'Int':
      return (scanner) => scanner.takeInt();
    case 'Float':
      return (scanner) => scanner.takeFloat();
    default:
      return (scanner) => scanner.takeBoolean();
  }
}
