/** HISTORY and SEND: a leaf as a subgraph has sent it -> its JSON text, if it is one of its type. Used by response-writer.ts, one function per leaf type. */
import type { GraphQLLeafType } from 'graphql';
import { isEnumType, isSpecifiedScalarType } from 'graphql';

/** Null for what is not a value of the type. */
export type WriteLeaf = (value: unknown) => string | null;

/** Custom scalars are what their subgraph makes of them. */
export function createLeafText(type: GraphQLLeafType): WriteLeaf {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, JSON.stringify(name)]));
    return (value) => texts.get(value) ?? null;
  }
  if (!isSpecifiedScalarType(type)) return (value) => JSON.stringify(value);
  switch (type.name) {
    case 'String':
      return (value) => (typeof value === 'string' ? JSON.stringify(value) : null);
    case 'ID':
      return (value) =>
        typeof value === 'string' ? JSON.stringify(value) : Number.isInteger(value) ? String(value) : null;
    case 'Int':
      return (value) => (Number.isInteger(value) ? String(value) : null);
    case 'Float':
      return (value) => (typeof value === 'number' ? String(value) : null);
    default:
      return (value) => (typeof value === 'boolean' ? String(value) : null);
  }
}
