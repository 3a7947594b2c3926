/**
 * HISTORY: what the answer of a subgraph looks like, known from what it is asked for: GraphQL (October 2021), 7.2.2, has it answer in the order of the request. Made
 * for each fetch of a plan by spliced-plan.ts, read by answer-reader.ts and spliced-response.ts.
 */
import type {
  GraphQLLeafType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql';
import {
  getNullableType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { CollectOptions } from '../execution/collected-fields.ts';
import { collectFields } from '../execution/collected-fields.ts';

/** An operation, a plan or a type that is not put together from bytes, but by way of the plan. */
export class NotSpliceable extends Error {}

/** An object whose type is known beforehand, and what may be added to it. */
export interface ObjectLayout {
  /** Of the supergraph. */
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldLayout[];
  /** Fetches of entities that begin at it, in the order of the plan. */
  readonly additions: Addition[];
  /** Is it needed where each of its fields is? */
  isTakenApart: boolean;
}

/** More of the object, from another answer. */
export interface Addition {
  readonly layout: ObjectLayout;
  /** Of the objects from which entities are asked for, over the whole plan. */
  readonly site: number;
  /** Is the same answer added in several places? */
  readonly isShared: boolean;
}

export interface FieldLayout {
  readonly responseKey: string;
  /** The key as it stands in the answer, with its colon. */
  readonly head: Buffer;
  readonly value: ValueLayout;
}

export type ValueLayout =
  | { readonly kind: 'TypeName'; readonly name: string }
  | { readonly kind: 'Leaf'; readonly type: GraphQLLeafType; readonly isNullable: boolean }
  | { readonly kind: 'Object'; readonly object: ObjectLayout; readonly isNullable: boolean }
  | { readonly kind: 'List'; readonly item: ValueLayout; readonly isNullable: boolean };

/** `schema`: the supergraph. */
export interface LayoutOptions extends CollectOptions {
  /** What clients see: other values of enums must not come. */
  readonly api: GraphQLSchema;
}

/** Of an object of `type`. Throws NotSpliceable where what comes can't be known. */
export function createObjectLayout(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  options: LayoutOptions,
): ObjectLayout {
  const fields = [...collectFields(type, selectionSets, options)].map(([responseKey, nodes]): FieldLayout => {
    const name = nodes[0]?.name.value ?? '';
    const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const definition = type.getFields()[name];
    if (name !== '__typename' && definition === undefined)
      throw new NotSpliceable(`${type.name}.${name} is not of the supergraph`);
    const value: ValueLayout =
      definition === undefined
        ? { kind: 'TypeName', name: type.name }
        : createValueLayout(definition.type, inner, options);
    return { responseKey, head: toHead(responseKey), value };
  });
  if (fields.length === 0) throw new NotSpliceable(`nothing is asked of ${type.name}`);
  return { type, fields, additions: [], isTakenApart: false };
}

/** `"key":` */
export function toHead(responseKey: string): Buffer {
  return Buffer.from(`${JSON.stringify(responseKey)}:`);
}

function createValueLayout(
  outputType: GraphQLOutputType,
  selectionSets: readonly SelectionSetNode[],
  options: LayoutOptions,
): ValueLayout {
  const isNullable = !isNonNullType(outputType);
  const type = getNullableType(outputType);
  if (isListType(type))
    return { kind: 'List', item: createValueLayout(type.ofType, selectionSets, options), isNullable };
  if (!isCompositeType(type)) {
    const shown = options.api.getType(type.name);
    return { kind: 'Leaf', type: isEnumType(shown) ? shown : type, isNullable };
  }
  if (!isObjectType(type)) throw new NotSpliceable(`${type.name} is of no one type`);
  return { kind: 'Object', object: createObjectLayout(type, selectionSets, options), isNullable };
}

/** The object that the value is or holds; null for leaves. */
export function findObject(value: ValueLayout): ObjectLayout | null {
  switch (value.kind) {
    case 'Object':
      return value.object;
    case 'List':
      return findObject(value.item);
    case 'Leaf':
    case 'TypeName':
      return null;
  }
}

/** Where a field of an object comes from. */
export interface FieldOrigin {
  /** Null: the object itself; otherwise the place in its additions. */
  readonly addition: number | null;
  readonly index: number;
  readonly field: FieldLayout;
  readonly isShared: boolean;
}

/** Throws NotSpliceable when it comes from nowhere, or from more than one answer. */
export function findOrigin(base: ObjectLayout, responseKey: string): FieldOrigin {
  const layouts = [base, ...base.additions.map(({ layout }) => layout)];
  const origins = layouts.flatMap(({ fields }, place) =>
    fields.flatMap((field, index): FieldOrigin[] => {
      if (field.responseKey !== responseKey) return [];
      const addition = place === 0 ? null : place - 1;
      const isShared = addition !== null && base.additions[addition]?.isShared === true;
      return [{ addition, index, field, isShared }];
    }),
  );
  const [origin] = origins;
  if (origin === undefined || origins.length > 1)
    throw new NotSpliceable(`${base.type.name}.${responseKey} comes from ${origins.length} answers`);
  return origin;
}
