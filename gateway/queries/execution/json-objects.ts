/**
 * HISTORY and SEND: parsed JSON as the executor reads and merges it. Names are what clients and subgraphs choose, `__proto__` and `constructor` among them, so
 * nothing that an object inherits is ever taken for a field. Used by the compiled parts of a plan.
 */

export type JsonObject = Record<string, unknown>;

/** What every object has without being given it. */
const inherited: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Reads one field, undefined when it is not there. */
export type Read = (object: JsonObject) => unknown;

export function createRead(key: string): Read {
  return inherited.has(key)
    ? (object) => (Object.hasOwn(object, key) ? object[key] : undefined)
    : (object) => object[key];
}

/** Sets a field of this name, whatever the name means to JavaScript. */
export function setField(object: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/**
 * Takes over the fields of `source`; objects, and lists of one length, are merged field by field. What is new is taken as it is, not copied. Of two values of
 * __typename the later counts, unless it is one of `vague`.
 */
export function merge(target: JsonObject, source: JsonObject, vague: ReadonlySet<string> = noNames): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (typeof value !== 'object' || value === null) {
      const isVague = key === '__typename' && typeof target[key] === 'string' && vague.has(value as string);
      if (value !== undefined && !isVague) setField(target, key, value);
      continue;
    }
    const known = Object.hasOwn(target, key) ? target[key] : undefined;
    if (typeof known === 'object' && known !== null && mergeValue(known, value, vague)) continue;
    setField(target, key, value);
  }
}

const noNames: ReadonlySet<string> = new Set();

/** False when the new value has to stand instead. */
function mergeValue(known: object, value: object, vague: ReadonlySet<string>): boolean {
  if (!Array.isArray(value)) {
    if (Array.isArray(known)) return false;
    merge(known as JsonObject, value as JsonObject, vague);
    return true;
  }
  if (!Array.isArray(known) || known.length !== value.length) return false;
  for (const [index, item] of value.entries()) {
    const knownItem: unknown = known[index];
    const isMerged =
      typeof item === 'object' &&
      item !== null &&
      typeof knownItem === 'object' &&
      knownItem !== null &&
      mergeValue(knownItem, item, vague);
    if (!isMerged) known[index] = item;
  }
  return true;
}

/** A copy that shares nothing. */
export function copyJson<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson) as Value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) setField(copy, key, copyJson((value as JsonObject)[key]));
  return copy as Value;
}
