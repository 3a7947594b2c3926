/** What goes wrong in one case, decided by a seed for each field, entity and subgraph, and not by when or how often it is asked for. Read by made-up-subgraph.ts. */
import type { GraphQLErrorExtensions } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Thing } from './truth.ts';
import { toNumber } from './truth.ts';

export interface Weather {
  /**
   * `fine`: nothing goes wrong. `errors`: fields and entities fail, entities are not there. `down`: so does a whole subgraph. `wrong`: subgraphs
   * send leaves that are not of their type.
   */
  readonly kind: 'fine' | 'errors' | 'down' | 'wrong';
  readonly seed: number;
}

/** What a subgraph's `extensions` may be. */
const extensions: readonly GraphQLErrorExtensions[] = [
  {},
  { code: 'FORBIDDEN' },
  { code: 'CUSTOM', detail: { '"errors"': [1, null] } },
  { retryAfterMs: 5 },
  { code: 'X', serviceName: 'somebody else' },
];

export function failField({ kind, seed }: Weather, { type, id }: Thing, field: string): void {
  if (kind === 'fine' || kind === 'wrong') return;
  const number = toNumber(`${seed} ${type}/${id}/${field}`);
  if (number % 12 === 0) throw createError(`${type}.${field} of ${id} "errors" \u2028`, number);
}

/** What becomes of the entity: an error is of this one only. Throws what ends the whole request. */
export function meetEntity(
  { kind, seed }: Weather,
  { type, id }: Thing,
  subgraph: string,
): 'found' | 'missing' | GraphQLError {
  if (kind === 'fine' || kind === 'wrong') return 'found';
  const number = toNumber(`${seed} ${subgraph}/${type}/${id}`);
  if (number % 12 !== 1) return number % 12 === 0 ? 'missing' : 'found';
  const error = createError(`${type} ${id} of ${subgraph} failed`, number);
  // Both at once would leave a rejection that nobody waits for.
  if (seed % 4 === 0) throw error;
  return error;
}

/** The answer of a subgraph that does not do what it is asked; undefined when it does. Throws when nobody answers. */
export function refuse(
  { kind, seed }: Weather,
  subgraph: string,
  all: readonly string[],
): string | undefined {
  if (kind !== 'down' || all[seed % all.length] !== subgraph) return undefined;
  switch ((seed >>> 8) % 3) {
    case 0:
      throw createError(`${subgraph} does not answer`, 1);
    case 1:
      return `{"errors":[{"message":"${subgraph} refuses"}]}`;
    default:
      return `{"data":null,"errors":[{"message":"${subgraph} has nothing","extensions":{"code":"NONE"}}]}`;
  }
}

function createError(message: string, number: number): GraphQLError {
  return new GraphQLError(message, { extensions: extensions[number % 7] ?? {} });
}

/** Other values for some of the leaves; objects are told apart by all that is in them. */
export function spoil(weather: Weather, data: unknown): unknown {
  if (weather.kind !== 'wrong') return data;
  if (Array.isArray(data)) return data.map((item) => spoil(weather, item));
  if (typeof data !== 'object' || data === null) return data;
  const text = JSON.stringify(data);
  const entries = Object.entries(data).map(([key, value]) => [
    key,
    spoilField(weather, value, `${key} ${text}`),
  ]);
  return Object.fromEntries(entries);
}

function spoilField(weather: Weather, value: unknown, place: string): unknown {
  if (Array.isArray(value) || typeof value === 'object') return spoil(weather, value);
  const number = toNumber(`${weather.seed} ${place}`);
  if (place.startsWith('__typename ')) return number % 30 === 0 && value !== 'Query' ? 'Nowhere' : value;
  return number % 15 === 0 ? wrongValues[(number >>> 8) % wrongValues.length] : value;
}

const wrongValues: readonly unknown[] = [1.5, 'wrong', true, null, 1e300, -7];
