/**
 * Resolvers for any schema that answer by a number alone: at once or later, with a value, with null, or with an error, as properties, methods, promises
 * and items of lists. The same number and the same place in the answer give the same behaviour, whoever runs the operation.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
} from 'graphql';
import {
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';

export interface World {
  readonly seed: number;
  /** One in so many values is missing or an error; 0 for none. */
  readonly failureEvery: number;
  /** Nothing is waited for: then it is known which of several errors comes first. */
  readonly isAtOnce: boolean;
  /** Which fields were resolved, in order. */
  readonly calls: string[];
}

/** Gives the schema's fields resolvers; those of `_service` and `_entities` keep theirs. */
export function addRandomResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || type.name === '_Service') continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === '_entities' || field.name === '_service') continue;
      const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
      // The others are read from the objects that resolvers make.
      if (isRoot || toNumber(0, [type.name, field.name]) % 3 === 0) field.resolve = resolve;
    }
  }
}

const resolve: GraphQLFieldResolver<unknown, World> = (...[, given, world, info]) => {
  const path = responsePathAsArray(info.path);
  world.calls.push(path.join('.'));
  const maker = new Maker(world, info.schema, [...path, JSON.stringify(given)]);
  return maker.deliver(() => maker.value(info.returnType));
};

class Maker {
  readonly #world: World;
  readonly #schema: GraphQLSchema;
  readonly #path: readonly (string | number)[];

  constructor(world: World, schema: GraphQLSchema, path: readonly (string | number)[]) {
    this.#world = world;
    this.#schema = schema;
    this.#path = path;
  }

  /** At once, a few turns later, or not. */
  deliver(make: () => unknown): unknown {
    if (this.#fails('deliver')) {
      const error = new Error(`boom ${this.#path.join('.')}`);
      if (this.#pick('how it fails', 3) === 0) return error;
      const turns = this.#turns(4);
      if (turns > 0) return waitTurns(turns).then(() => Promise.reject(error));
      throw error;
    }
    const turns = this.#turns(4);
    return turns === 0 ? make() : waitTurns(turns).then(make);
  }

  value(type: GraphQLOutputType): unknown {
    if (isNonNullType(type)) return this.#fails('null') ? null : this.#present(type.ofType);
    return this.#pick('null', 8) === 0 ? null : this.#present(type);
  }

  #present(type: GraphQLOutputType): unknown {
    if (isListType(type)) return this.#list(type.ofType);
    if (isObjectType(type)) return this.#object(type);
    if (isAbstractType(type)) {
      const types = this.#schema.getPossibleTypes(type);
      const chosen = types[this.#pick('type', types.length)];
      return chosen === undefined || this.#fails('type') ? { __typename: 'Nothing' } : this.#object(chosen);
    }
    if (isEnumType(type)) return type.getValues()[this.#pick('value', type.getValues().length)]?.value;
    if (this.#fails('leaf')) return Symbol.iterator;
    switch (String(type)) {
      case 'Int':
        return this.#pick('value', 1_000);
      case 'Float':
        return this.#pick('value', 1_000) / 8;
      case 'Boolean':
        return this.#pick('value', 2) === 0;
      case 'DateTime':
        return new Date(this.#pick('value', 1_000_000));
      default:
        return this.#pick('number', 4) === 0 ? this.#pick('value', 100) : `text ${this.#pick('value', 100)}`;
    }
  }

  #list(type: GraphQLOutputType): unknown {
    if (this.#fails('list')) return 'no list';
    // graphql-js leaves rejections unheard when an item fails at once that must not be null, and an earlier one later.
    const isFragile = isNonNullType(type) && this.#world.failureEvery > 0;
    const isLater = isFragile && this.#turns(2) > 0;
    const length = this.#pick('length', isFragile && !isLater && !this.#world.isAtOnce ? 2 : 4);
    const items = Array.from({ length }, (_, index) => {
      const maker = this.#at(index);
      const deliver = () => maker.deliver(() => maker.value(type));
      if (isLater) return waitTurns(1).then(deliver);
      try {
        return deliver();
      } catch (error) {
        return error;
      }
    });
    return this.#pick('iterable', 4) === 0 ? new Set(items) : items;
  }

  /** Fields are properties, methods or getters: what a source may have. */
  #object(type: GraphQLObjectType): object {
    const object: Record<string, unknown> = { __typename: type.name };
    for (const field of Object.values(type.getFields())) {
      if (field.resolve !== undefined) continue;
      object[field.name] = (given: unknown, world: World, info: GraphQLResolveInfo) =>
        resolve(object, given, world, info);
      const maker = this.#at(field.name);
      const isPlain = /^(Int|String|ID|Boolean|Float)!?$/.test(String(field.type));
      if (isPlain && maker.#pick('method', 2) === 0) {
        const turns = maker.#turns(3);
        const make = () => maker.value(field.type);
        object[field.name] = turns === 0 ? make() : waitTurns(turns).then(make);
      }
    }
    return object;
  }

  #turns(count: number): number {
    return this.#world.isAtOnce ? 0 : this.#pick('turns', count);
  }

  #at(key: string | number): Maker {
    return new Maker(this.#world, this.#schema, [...this.#path, key]);
  }

  #fails(about: string): boolean {
    const { failureEvery } = this.#world;
    return failureEvery > 0 && this.#pick(`failure of ${about}`, failureEvery) === 0;
  }

  #pick(about: string, count: number): number {
    return toNumber(this.#world.seed, [...this.#path, about]) % Math.max(count, 1);
  }
}

async function waitTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

function toNumber(seed: number, path: readonly (string | number)[]): number {
  return createHash('md5')
    .update(`${seed} ${path.join(' ')}`)
    .digest()
    .readUInt32LE(0);
}
