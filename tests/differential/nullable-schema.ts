/** A schema in which everything may be null: where fields fail, the others still tell where they are. Called by world.ts. */
import type { GraphQLOutputType, GraphQLSchema } from 'graphql';
import {
  buildSchema,
  GraphQLList,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  printSchema,
} from 'graphql';

/** The same schema, without its promises. */
export function toNullable(schema: GraphQLSchema): GraphQLSchema {
  const copy = buildSchema(printSchema(schema), { assumeValid: true });
  for (const type of Object.values(copy.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    if (type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.type = withoutPromise(field.type);
  }
  return copy;
}

function withoutPromise(type: GraphQLOutputType): GraphQLOutputType {
  if (isNonNullType(type)) return withoutPromise(type.ofType);
  return isListType(type) ? new GraphQLList(withoutPromise(type.ofType)) : type;
}
