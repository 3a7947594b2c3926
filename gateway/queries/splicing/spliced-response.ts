/**
 * HISTORY: the client's answer, put together from the bytes of subgraphs' answers: its fields in its order, in runs as long as they stand together in one of them.
 * Compiled once per operation and values of its conditions by spliced-plan.ts. Follows execution/response-writer.ts in what it writes.
 */
import type { FieldNode, GraphQLObjectType, GraphQLOutputType, SelectionSetNode } from 'graphql';
import { getNamedType, isCompositeType, isNonNullType, isObjectType } from 'graphql';
import type { CollectOptions } from '../execution/collected-fields.ts';
import { collectFields } from '../execution/collected-fields.ts';
import { toClientName } from '../planning/client-keys.ts';
import type { FieldOrigin, ObjectLayout } from './answer-layout.ts';
import { findObject, findOrigin, NotSpliceable, toHead } from './answer-layout.ts';
import type { Inside, Part } from './answer-reader.ts';
import type { ByteText } from './byte-text.ts';
import { closeBrace, closeBracket, comma, openBrace, openBracket } from './json-bytes.ts';

/** False when there is a null where none may be: the answer has errors then, and is made otherwise. */
export type WritePart = (part: Part, text: ByteText) => boolean;

type Piece = Constant | Run | Inner;

interface Constant {
  readonly kind: 'Constant';
  readonly text: Buffer;
}

/** Fields as they stand in an answer. */
interface Run {
  readonly kind: 'Run';
  readonly addition: number | null;
  readonly from: number;
  readonly to: number;
  /** What is written when there is no such addition; null where it must not be missing. */
  readonly nulls: Buffer | null;
}

/** A field whose value is put together itself. */
interface Inner {
  readonly kind: 'Inner';
  readonly addition: number | null;
  readonly index: number;
  readonly head: Buffer;
  readonly write: WritePart;
  readonly nulls: Buffer | null;
}

const nullText = Buffer.from('null');

/** `base`: where the object stands, with all additions; what has to be taken apart of it is noted there. Throws NotSpliceable. */
export function compileSplicedObject(
  base: ObjectLayout,
  { type, selectionSets }: Wanted,
  options: CollectOptions,
): WritePart {
  return createWrite(compilePieces(base, { type, selectionSets }, options));
}

/** What the client asks of an object. */
interface Wanted {
  /** Of what clients see. */
  readonly type: GraphQLObjectType;
  readonly selectionSets: readonly SelectionSetNode[];
}

function compilePieces(
  base: ObjectLayout,
  { type, selectionSets }: Wanted,
  options: CollectOptions,
): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [responseKey, nodes] of collectFields(type, selectionSets, options)) {
    const piece = compileField(base, { type, responseKey, nodes }, options);
    const last = pieces.at(-1);
    const joined = last?.kind === 'Run' && piece.kind === 'Run' ? joinRuns(last, piece) : null;
    if (joined === null) pieces.push(piece);
    else pieces[pieces.length - 1] = joined;
  }
  if (pieces.length === 0) throw new NotSpliceable(`nothing is wanted of ${type.name}`);
  return pieces;
}

interface WantedField {
  readonly type: GraphQLObjectType;
  readonly responseKey: string;
  readonly nodes: readonly FieldNode[];
}

function compileField(
  base: ObjectLayout,
  { type, responseKey, nodes }: WantedField,
  options: CollectOptions,
): Piece {
  const head = toHead(responseKey);
  const name = nodes[0]?.name.value ?? '';
  if (toClientName(responseKey) !== responseKey) throw new NotSpliceable(`${responseKey} is not its name`);
  if (name === '__typename')
    return { kind: 'Constant', text: Buffer.concat([head, Buffer.from(JSON.stringify(type.name))]) };
  const definition = type.getFields()[name];
  if (definition === undefined) throw new NotSpliceable(`${type.name}.${name} is not of a subgraph`);
  const origin = findOrigin(base, responseKey);
  const { addition, index } = origin;
  const nulls = isNonNullType(definition.type) ? null : Buffer.concat([head, nullText]);
  const run: Run = { kind: 'Run', addition, from: index, to: index, nulls };
  if (!isCompositeType(getNamedType(definition.type))) return run;
  const { inner, wanted } = findInner(origin, { outputType: definition.type, nodes });
  const pieces = compilePieces(inner, wanted, options);
  if (isWhole(pieces, inner)) return run;
  inner.isTakenApart = true;
  return { kind: 'Inner', addition, index, head, nulls, write: createWrite(pieces) };
}

function findInner(
  { field }: FieldOrigin,
  { outputType, nodes }: { readonly outputType: GraphQLOutputType; readonly nodes: readonly FieldNode[] },
): { readonly inner: ObjectLayout; readonly wanted: Wanted } {
  const type = getNamedType(outputType);
  const inner = findObject(field.value);
  if (!isObjectType(type) || inner?.type.name !== type.name)
    throw new NotSpliceable(`${type.name} is of no one type`);
  return { inner, wanted: { type, selectionSets: nodes.flatMap(({ selectionSet }) => selectionSet ?? []) } };
}

function joinRuns(first: Run, second: Run): Run | null {
  if (first.addition !== second.addition || first.to + 1 !== second.from) return null;
  const nulls =
    first.nulls === null || second.nulls === null
      ? null
      : Buffer.concat([first.nulls, Buffer.from(','), second.nulls]);
  return { ...first, to: second.to, nulls };
}

/** Is it what stands in the answer, from the first field to the last? */
function isWhole([first, ...others]: readonly Piece[], layout: ObjectLayout): boolean {
  return (
    others.length === 0 &&
    first?.kind === 'Run' &&
    first.addition === null &&
    first.from === 0 &&
    first.to === layout.fields.length - 1
  );
}

function createWrite(pieces: readonly Piece[]): WritePart {
  return (part, text) => {
    let separator = openBrace;
    for (const piece of pieces) {
      text.addByte(separator);
      separator = comma;
      if (!writePiece(piece, part, text)) return false;
    }
    text.addByte(closeBrace);
    return true;
  };
}

function writePiece(piece: Piece, part: Part, text: ByteText): boolean {
  if (piece.kind === 'Constant') {
    text.add(piece.text);
    return true;
  }
  const source = piece.addition === null ? part : part.additions[piece.addition];
  if (source === undefined || source === null) {
    if (piece.nulls === null) return false;
    text.add(piece.nulls);
    return true;
  }
  if (piece.kind === 'Run') {
    const { bytes, marks } = source;
    text.add(bytes, marks[piece.from], (marks[piece.to + 1] as number) - 1);
    return true;
  }
  text.add(piece.head);
  return writeInside(source.inside[piece.index] ?? null, piece.write, text);
}

function writeInside(inside: Inside, write: WritePart, text: ByteText): boolean {
  if (inside === null) {
    text.add(nullText);
    return true;
  }
  if (!isList(inside)) return write(inside, text);
  text.addByte(openBracket);
  for (let index = 0; index < inside.length; index += 1) {
    if (index > 0) text.addByte(comma);
    if (!writeInside(inside[index] as Inside, write, text)) return false;
  }
  text.addByte(closeBracket);
  return true;
}

function isList(inside: Part | readonly Inside[]): inside is readonly Inside[] {
  return Array.isArray(inside);
}
