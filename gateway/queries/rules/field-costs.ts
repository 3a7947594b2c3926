/**
 * HISTORY, SEND and LIVE: what the supergraph says of costs: @cost and @listSize of IBM's cost specification, as Federation composes them. Read once per
 * supergraph, asked by cost-rules.ts; calls supergraph-directives.ts.
 */
import type { GraphQLInputType, GraphQLNamedType, GraphQLSchema } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
} from 'graphql';
import type { Coordinate, SupergraphDirectives } from './supergraph-directives.ts';

export interface ListSize {
  readonly assumedSize: number | null;
  /** The greatest that is given says how many items there are. */
  readonly slicingArguments: readonly string[];
  /** Lists of the answer that are so long; none: the answer is. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

export interface FieldCosts {
  readonly listSizes: ReadonlyMap<Coordinate, ListSize>;
  /** Of the dearest of the fields that can be meant. By default an object costs 1, and a leaf nothing. */
  weighField(coordinates: readonly Coordinate[], type: GraphQLNamedType, schema: GraphQLSchema): number;
  /** An argument that is given costs what its @cost says, and the fields in it. */
  weighArgument(coordinate: Coordinate, type: GraphQLInputType, value: unknown): number;
  /** False: arguments cost nothing. */
  readonly hasArgumentCosts: boolean;
}

export function readFieldCosts(directives: SupergraphDirectives): FieldCosts {
  const weights = new Map<Coordinate, number>();
  for (const [coordinate, { weight }] of directives.find('cost', 'cost'))
    weights.set(coordinate, Number(weight));
  const listSizes = new Map<Coordinate, ListSize>();
  for (const [coordinate, size] of directives.find('cost', 'listSize'))
    listSizes.set(coordinate, toListSize(size));

  function weighType(type: GraphQLNamedType, schema: GraphQLSchema): number {
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    // An interface that nothing implements costs like any object.
    const types = possible.length === 0 ? [type] : possible;
    return Math.max(...types.map(({ name }) => weights.get(name) ?? (isCompositeType(type) ? 1 : 0)));
  }

  function weighValue(coordinate: Coordinate, inputType: GraphQLInputType, value: unknown): number {
    if (value === null || value === undefined) return 0;
    const own = weights.get(coordinate) ?? weights.get(getNamedType(inputType).name) ?? 0;
    return own + weighInside(inputType, value);
  }

  function weighInside(inputType: GraphQLInputType, value: unknown): number {
    const type = getNullableType(inputType);
    if (isListType(type)) {
      const items = Array.isArray(value) ? value : [value];
      return items.reduce<number>((sum, item) => sum + weighInside(type.ofType, item), 0);
    }
    if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return 0;
    return Object.values(type.getFields()).reduce((sum, field) => {
      const given = (value as Readonly<Record<string, unknown>>)[field.name];
      return sum + weighValue(`${type.name}.${field.name}`, field.type, given);
    }, 0);
  }

  return {
    listSizes,
    hasArgumentCosts: weights.size > 0,
    weighField: (coordinates, type, schema) => {
      const usual = weighType(type, schema);
      return Math.max(
        ...(coordinates.length === 0
          ? [usual]
          : coordinates.map((coordinate) => weights.get(coordinate) ?? usual)),
      );
    },
    weighArgument: weighValue,
  };
}

function toListSize(size: Readonly<Record<string, unknown>>): ListSize {
  const { assumedSize, slicingArguments, sizedFields, requireOneSlicingArgument } = size;
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : null,
    slicingArguments: Array.isArray(slicingArguments) ? slicingArguments : [],
    sizedFields: Array.isArray(sizedFields) ? sizedFields : [],
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  };
}
