/** How scalars and enums are written into an answer. Values that are what they should be already, which most are, pass without graphql-js's conversions. Used by field-plan.ts. */
import type { GraphQLLeafType } from 'graphql';
import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString } from 'graphql';

type Serialize = (value: unknown) => unknown;

/** Throws what the type's own `serialize` throws, and for what it makes nothing of. */
export function toSerialize(type: GraphQLLeafType): Serialize {
  const convert: Serialize = (value) => {
    const serialized = type.serialize(value);
    if (serialized === undefined || serialized === null)
      throw new Error(`${type.name} makes nothing of a value of type ${typeof value}.`);
    return serialized;
  };
  const isRight = rightValues.get(type.name);
  if (isRight === undefined) return convert;
  return (value) => (isRight(value) ? value : convert(value));
}

const isText = (value: unknown) => typeof value === 'string';
/** The scalars of GraphQL itself: a schema can't have others of these names. */
const rightValues: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  [GraphQLString.name, isText],
  [GraphQLID.name, isText],
  [GraphQLBoolean.name, (value) => typeof value === 'boolean'],
  [GraphQLInt.name, (value) => typeof value === 'number' && (value | 0) === value],
  [GraphQLFloat.name, (value) => typeof value === 'number' && Number.isFinite(value)],
]);
