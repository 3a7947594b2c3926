/** A subgraph of a made-up supergraph: graphql-js on its schema, with what is true for data and the weather for faults. Asked through the real query source. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import { execute, getNamedType, isCompositeType, parse } from 'graphql';
import type { SubgraphTransport } from '#gateway/subgraph-transport.ts';
import type { Arguments, AskedField, Thing, Truth } from './truth.ts';
import type { Weather } from './weather.ts';
import { failField, meetEntity, refuse, spoil } from './weather.ts';

/** One operation of a client, as the subgraphs see it. */
export interface Occasion {
  readonly weather: Weather;
  readonly truth: Truth;
  /** Mutations so far, in all subgraphs. */
  mutations: number;
}

interface Told extends Thing {
  readonly __typename: string;
  /** What the gateway has said of it. */
  readonly given: Arguments;
}

export interface MadeUpSubgraphOptions {
  readonly name: string;
  readonly sdl: string;
  readonly allNames: readonly string[];
  readonly overridden: ReadonlySet<string>;
  /** Object types of an interface, by its name. */
  readonly implementations: ReadonlyMap<string, readonly string[]>;
}

export class MadeUpSubgraph {
  readonly #options: MadeUpSubgraphOptions;
  readonly #schema: ReturnType<typeof buildSubgraphSchema>;
  readonly #interfaceObjects: ReadonlyMap<string, string>;

  constructor(options: MadeUpSubgraphOptions) {
    this.#options = options;
    const interfaceObjects = [...options.sdl.matchAll(/^type (\w+).*@interfaceObject/gm)].map(
      ([, name]) => name as string,
    );
    this.#interfaceObjects = new Map(
      interfaceObjects.flatMap((name) =>
        (options.implementations.get(name) ?? []).map((type): [string, string] => [type, name]),
      ),
    );
    const entities = [...options.sdl.matchAll(/^(?:type|interface) (\w+).*@key/gm)].map(
      ([, name]) => name as string,
    );
    const resolvers = Object.fromEntries(
      entities.map((name) => [
        name,
        {
          __resolveReference: (representation: Arguments, occasion: Occasion) =>
            this.#findEntity(name, representation, occasion),
        },
      ]),
    );
    this.#schema = buildSubgraphSchema([{ typeDefs: parse(options.sdl), resolvers }]);
  }

  /** JSON text for JSON text. Rejects when nobody answers. */
  async answer(body: string, occasion: Occasion): Promise<string> {
    const { name, allNames } = this.#options;
    const refusal = refuse(occasion.weather, name, allNames);
    if (refusal !== undefined) return refusal;
    const { query, variables, operationName } = JSON.parse(body);
    const { data, errors } = await execute({
      schema: this.#schema,
      document: parse(query, { noLocation: true }),
      variableValues: variables,
      operationName,
      contextValue: occasion,
      fieldResolver: (source, args, ...[, info]) => this.#resolve({ source, args, info, occasion }),
      typeResolver: (value: Told) => value.__typename,
    });
    const told = spoil(occasion.weather, JSON.parse(JSON.stringify(data ?? null)));
    return JSON.stringify(errors === undefined ? { data: told } : { errors, data: told });
  }

  /** For one operation. */
  toTransport(occasion: Occasion): SubgraphTransport {
    return {
      name: this.#options.name,
      toHeaders: () => ({}),
      send: async ({ body }) => {
        const text = await this.answer(body, occasion);
        return { status: 200, bytes: Buffer.from(text), text, cacheControl: undefined };
      },
      isUp: async () => true,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  #findEntity(
    typeName: string,
    given: Arguments,
    { truth, weather }: Occasion,
  ): Told | null | Promise<Told | null> {
    const thing = truth.find(this.#options.implementations.get(typeName) ?? [typeName], given);
    const found = this.#tell(thing, given);
    const fate = meetEntity(weather, thing, this.#options.name);
    if (fate instanceof Error) return Promise.reject(fate);
    return fate === 'missing' ? null : found;
  }

  #tell({ type, id }: Thing, given: Arguments): Told {
    return { type, id, given, __typename: this.#interfaceObjects.get(type) ?? type };
  }

  #resolve({ source, args, info, occasion }: Asking): unknown {
    const { parentType, fieldName, returnType } = info;
    const { truth, weather } = occasion;
    const told = source ?? this.#tell({ type: parentType.name, id: 0 }, {});
    if (this.#options.overridden.has(`${this.#options.name}/${told.type}.${fieldName}`))
      throw new Error(`${told.type}.${fieldName} is not asked for here any more`);
    if (!truth.isKey(told, fieldName)) failField(weather, told, fieldName);
    const value = resolveField(told, { field: fieldName, args, given: told.given }, occasion);
    return isCompositeType(getNamedType(returnType)) ? this.#tellAll(value) : value;
  }

  #tellAll(value: unknown): unknown {
    if (value === null) return null;
    return Array.isArray(value) ? value.map((item) => this.#tellAll(item)) : this.#tell(value as Thing, {});
  }
}

interface Asking {
  readonly source: Told | undefined;
  readonly args: Arguments;
  readonly info: GraphQLResolveInfo;
  readonly occasion: Occasion;
}

/** What is true, and what mutations do: they count. */
export function resolveField(thing: Thing, asked: AskedField, occasion: Occasion): unknown {
  const { field } = asked;
  if (thing.type === 'Mutation') {
    occasion.mutations += 1;
    const [, subgraph] = field.split('_');
    return field.startsWith('count') ? occasion.mutations : { type: `P_${subgraph}`, id: occasion.mutations };
  }
  if (thing.type.startsWith('P_') && field === 'n') return thing.id;
  return occasion.truth.valueOf(thing, asked);
}
