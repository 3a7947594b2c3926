/** Answers in a form in which they can be compared, whoever has given them. Called by compare.ts. */
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { QueryResult } from '#gateway/queries/execution/prepared-operation.ts';

export interface Told {
  readonly message: string;
  /** JSON text. */
  readonly path: string;
  readonly code: string;
}

export interface Answer {
  /** JSON text; `undefined` when there is none. */
  readonly data: string;
  /** From subgraphs. */
  readonly errors: readonly Told[];
  /** What must not be as the subgraphs have sent it; told when there is no other error. */
  readonly violations: readonly Told[];
}

export function fromCompiled(result: QueryResult): Answer {
  if (result.kind === 'body')
    return { data: result.body.toString('utf8').slice('{"data":'.length, -1), errors: [], violations: [] };
  if (result.kind === 'refused')
    return { data: 'undefined', errors: result.errors.map(tell), violations: [] };
  const isViolation = ({ extensions }: GraphQLError) =>
    extensions.code === 'INVALID_GRAPHQL' && !('serviceName' in extensions);
  return {
    data: result.data,
    errors: result.errors.filter((error) => !isViolation(error)).map(tell),
    violations: result.errors.filter(isViolation).map(tell),
  };
}

export function fromApollo({ data, errors = [], extensions }: ExecutionResult): Answer {
  const violations = (extensions?.valueCompletion ?? []) as readonly GraphQLError[];
  return { data: String(JSON.stringify(data)), errors: errors.map(tell), violations: violations.map(tell) };
}

function tell({ message, path, extensions }: GraphQLError): Told {
  return { message, path: String(JSON.stringify(path)), code: String(extensions.code) };
}

/** The same things, however often and in whatever order. */
export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

/** The same but for the order of fields. */
export function isSameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(sortKeys(one)) === JSON.stringify(sortKeys(other));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, item]) => [key, sortKeys(item)]);
}

/** Where both have an object, has it the same fields in the same order? */
export function isSameShape(one: unknown, other: unknown): boolean {
  return areObjectsAlike(one, other, (keys, otherKeys) => JSON.stringify(keys) === JSON.stringify(otherKeys));
}

/** Where both have an object, has it some of the fields in the same order? Of an object whose type could not be learned only those of its interface are there. */
export function isPartlyShaped(one: unknown, other: unknown): boolean {
  return areObjectsAlike(one, other, (keys, otherKeys) => {
    const places = keys.map((key) => otherKeys.indexOf(key));
    return places.every((place, index) => place > (places[index - 1] ?? -1));
  });
}

type AreAlike = (keys: readonly string[], otherKeys: readonly string[]) => boolean;

function areObjectsAlike(one: unknown, other: unknown, areAlike: AreAlike): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return true;
  const keys = Object.keys(one);
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return true;
  } else if (!areAlike(keys, Object.keys(other))) return false;
  return keys.every((key) => areObjectsAlike(Reflect.get(one, key), Reflect.get(other, key), areAlike));
}

/** Is it the other without some of its fields? */
export function isPart(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null)
    return one === other;
  if (
    Array.isArray(one) !== Array.isArray(other) ||
    (Array.isArray(one) && one.length !== (other as []).length)
  )
    return false;
  return Object.keys(one).every(
    (key) => Object.hasOwn(other, key) && isPart(Reflect.get(one, key), Reflect.get(other, key)),
  );
}

/** Is it the other with null for some of its values? */
export function isNulled(one: unknown, other: unknown): boolean {
  if (one === null) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || other === null) return one === other;
  const keys = Object.keys(one);
  return (
    isSameList(keys, Object.keys(other)) &&
    keys.every((key) => isNulled(Reflect.get(one, key), Reflect.get(other, key)))
  );
}

/** The path as far as the answer has something other than null. */
export function toNulledPlace(data: unknown, path: string): string {
  const steps = JSON.parse(path) as (string | number)[];
  let value = data;
  const place: (string | number)[] = [];
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) break;
    value = Object.hasOwn(value, step) ? Reflect.get(value, step) : null;
    place.push(step);
  }
  return JSON.stringify(place);
}
