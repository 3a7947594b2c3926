/** HISTORY and SEND: which objects are of a type, by their `__typename`. Read from the supergraph once, asked by the compiled parts of a plan. */
import type { GraphQLSchema } from 'graphql';
import { isAbstractType, isCompositeType, isInterfaceType, isObjectType } from 'graphql';
import type { JsonObject } from './json-objects.ts';

/** Is an object of the type named `typeName` one of the type named `condition`? */
export type TypeRelation = (typeName: string, condition: string) => boolean;

/** By the types of the schema; a name it does not know is of its own type only. */
export function createTypeRelation(schema: GraphQLSchema): TypeRelation {
  return (typeName, condition) => {
    if (typeName === condition) return true;
    const type = schema.getType(typeName);
    const conditional = schema.getType(condition);
    if (!isCompositeType(type) || !isAbstractType(conditional)) return false;
    return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(conditional, type);
  };
}

/** Undefined when it is not there. */
export function readTypeName(object: JsonObject): string | undefined {
  const { __typename: typeName } = object;
  return typeof typeName === 'string' ? typeName : undefined;
}

/** For one condition; remembers the types it has seen. `ifUntyped`: what it says of an object without __typename. */
export function createTypeTest(
  isOfType: TypeRelation,
  conditions: readonly string[],
  ifUntyped: boolean,
): (object: JsonObject) => boolean {
  const seen = new Map<string, boolean>();
  return (object) => {
    const typeName = readTypeName(object);
    if (typeName === undefined) return ifUntyped;
    const known = seen.get(typeName);
    if (known !== undefined) return known;
    const answer = conditions.some((condition) => isOfType(typeName, condition));
    // Names come from subgraphs, which may make them up.
    if (seen.size < seenMax) seen.set(typeName, answer);
    return answer;
  };
}

const seenMax = 1_000;
