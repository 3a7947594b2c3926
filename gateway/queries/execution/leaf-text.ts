/** HISTORY and SEND: a leaf as a subgraph has sent it -> its JSON text, if it is one of its type. Used by response-writer.ts, one function per leaf type. */
import type { GraphQLLeafType } from 'graphql';
import { isEnumType, isSpecifiedScalarType } from 'graphql';

/** Null for what is not a value of the type. */
export type WriteLeaf = (value: unknown) => string | null;

/** Of 32 bits. */
const intMax = 2 ** 31 - 1;
/** Above it there is more than one text for a number. */
const idMax = Number.MAX_SAFE_INTEGER;

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
      return (value) => (typeof value === 'string' ? JSON.stringify(value) : writeInteger(value, idMax));
    case 'Int':
      return (value) => writeInteger(value, intMax);
    case 'Float':
      return (value) => (Number.isFinite(value) ? String(value) : null);
    default:
      return (value) => (typeof value === 'boolean' ? String(value) : null);
  }
}

function writeInteger(value: unknown, max: number): string | null {
  return typeof value === 'number' && Number.isInteger(value) && value <= max && value >= -max - 1
    ? String(value)
    : null;
}
