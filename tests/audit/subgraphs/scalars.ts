/** The custom scalars of the subgraphs. */
import { GraphQLScalarType, valueFromASTUntyped } from 'graphql';

/** Any JSON value. */
export const jsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/** A whole number of any size, as text. */
export const bigIntScalar = new GraphQLScalarType<bigint, string>({
  name: 'BigInt',
  serialize: String,
  parseValue: (value) => BigInt(value as string),
});
