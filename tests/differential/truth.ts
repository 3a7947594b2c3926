/**
 * What every field of a made-up supergraph is: a number made of its type, object, name and arguments decides, so that each subgraph, asked in whatever way, and
 * one graph that has everything say the same. Called by world.ts and made-up-subgraph.ts.
 */
import type { GraphQLOutputType, GraphQLSchema, SelectionSetNode } from 'graphql';
import {
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import type { MadeUpSupergraph } from './made-up-supergraph.ts';

/** An object: its type, and which one of its type it is. */
export interface Thing {
  readonly type: string;
  readonly id: number;
}

export type Arguments = Readonly<Record<string, unknown>>;

export interface AskedField {
  readonly field: string;
  readonly args: Arguments;
  /** What the subgraph was told of the object by a representation; null where everything is known. */
  readonly given: Arguments | null;
}

/** How many of each entity there are. */
const entitiesCount = 5;
const texts = [
  ...[
    'plain',
    'x',
    '',
    'a "quoted" \\ text',
    'ünï ☃ 😀',
    '\u0000\u0001\n\r\t\u2028\u2029',
    '</script>',
    '"errors"',
  ],
  ...['{"data":null}', '__proto__', 'null', '\ud83d', "it's", ' ', 'constructor'],
];
const jsonTexts = [
  ...[
    '{"__proto__":{"a":1},"constructor":[null]}',
    '[]',
    '{}',
    '0',
    'false',
    '""',
    '"errors"',
    '[[1.5e-7],{"a":null}]',
  ],
  ...['{"toString":"x","b":{"c":[1,2]}}', '-1', '"\\u0000"'],
];
const integers = [0, 1, -1, 7, 2_147_483_647, -2_147_483_648, 42];
const floats = [0, -0.5, 1e21, 1e-9, 3, 2.25, 123456789.125];
const falsy = new Set<unknown>([0, '', false]);

/** FNV-1a with a final mix, 32 bits. */
export function toNumber(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function pick<Item>(items: readonly Item[], number: number): Item {
  return items[number % items.length] as Item;
}

export class Truth {
  readonly #schema: GraphQLSchema;
  readonly #keys: MadeUpSupergraph['keys'];
  readonly #keyFields: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #requirements: ReadonlyMap<string, SelectionSetNode>;
  readonly #hasFalsy: boolean;

  /** `schema`: everything, what clients do not see included. `hasFalsy`: are there 0, false and the empty text? */
  constructor(
    schema: GraphQLSchema,
    madeUp: Pick<MadeUpSupergraph, 'keys' | 'requirements'>,
    hasFalsy: boolean,
  ) {
    this.#schema = schema;
    this.#keys = madeUp.keys;
    this.#keyFields = new Map(
      [...madeUp.keys].map(([type, keys]) => [
        type,
        new Set(keys.flatMap((key) => key.replace(/\{.*?\}/, '').match(/\w+/g) ?? [])),
      ]),
    );
    this.#requirements = new Map(
      [...madeUp.requirements].map(([name, text]) => [name, parseSelections(text)]),
    );
    this.#hasFalsy = hasFalsy;
  }

  /** Objects are things, lists are arrays of what they are lists of. */
  valueOf(thing: Thing, { field, args, given }: AskedField): unknown {
    const type = this.#schema.getType(thing.type);
    if (!isObjectType(type)) throw new Error(`${thing.type} is not an object type`);
    const requirement = this.#requirements.get(`${thing.type}.${field}`);
    const place = `${thing.type}/${thing.id}/${field}${JSON.stringify(args)}`;
    if (requirement !== undefined) {
      const required =
        given === null ? this.#describe(thing, requirement) : describeGiven(given, requirement);
      return `${toNumber(place) % 10} of ${JSON.stringify(required)}`;
    }
    const definition = type.getFields()[field];
    if (definition === undefined) throw new Error(`${thing.type}.${field} is nowhere`);
    if (this.#keyFields.get(thing.type)?.has(field)) return this.#keyValue(thing, field);
    // Not null for some of the subgraphs.
    return field === 'mixed' ? this.#makePresent(definition.type, place) : this.#make(definition.type, place);
  }

  isKey({ type }: Thing, field: string): boolean {
    return this.#keyFields.get(type)?.has(field) === true;
  }

  /** The entity that a representation stands for. Throws when it stands for none, or lacks every key. */
  find(typeNames: readonly string[], representation: Arguments): Thing {
    for (const type of typeNames) {
      const keys = (this.#keys.get(type) ?? []).map(parseSelections);
      const whole = keys.filter((key) =>
        key.selections.every((one) => readField(representation, one) !== undefined),
      );
      for (let id = 0; id < entitiesCount; id += 1) {
        const thing = { type, id };
        const isIt = (key: SelectionSetNode) =>
          JSON.stringify(this.#describe(thing, key)) === JSON.stringify(describeGiven(representation, key));
        if (whole.length > 0 && whole.every(isIt)) return thing;
      }
    }
    throw new Error(`no entity has these keys: ${JSON.stringify(representation)}`);
  }

  #keyValue({ type, id }: Thing, field: string): unknown {
    if (field === 'org') return { type: 'Org', id: toNumber(`${type}/${id}`) };
    if (field === 'region') return id - 1;
    return `${type}.${id} ${pick(texts, toNumber(`${type}/${id}/${field}`))}`;
  }

  #make(outputType: GraphQLOutputType, place: string): unknown {
    const number = toNumber(place);
    if (isNonNullType(outputType)) return this.#makePresent(outputType, place);
    return number % 8 === 0 ? null : this.#makePresent(outputType, place);
  }

  #makePresent(outputType: GraphQLOutputType, place: string): unknown {
    const type = isNonNullType(outputType) ? outputType.ofType : outputType;
    const number = toNumber(`${place}!`);
    if (isListType(type))
      return Array.from({ length: number % 4 }, (_, index) => this.#make(type.ofType, `${place}.${index}`));
    if (isEnumType(type)) return pick(type.getValues(), number).name;
    if (isAbstractType(type)) {
      const names = this.#schema
        .getPossibleTypes(type)
        .map(({ name }) => name)
        .sort();
      return this.#makeThing(pick(names, number), place);
    }
    if (isObjectType(type)) return this.#makeThing(type.name, place);
    return this.#makeLeaf(type.name, number);
  }

  #makeThing(type: string, place: string): Thing {
    const number = toNumber(`${place} ${type}`);
    if (type === 'Query') return { type, id: 0 };
    return { type, id: this.#keys.has(type) ? number % entitiesCount : number };
  }

  #makeLeaf(typeName: string, number: number): unknown {
    const value = makeLeaf(typeName, number);
    return !this.#hasFalsy && falsy.has(value) ? makeLeaf(typeName, 1) : value;
  }

  #describe(thing: Thing, { selections }: SelectionSetNode): unknown {
    return selections.map((selection) => {
      if (selection.kind !== Kind.FIELD) throw new Error('requirements have fields only');
      const args = this.#readArguments(thing.type, selection);
      const value = this.valueOf(thing, { field: selection.name.value, args, given: null });
      const { selectionSet } = selection;
      return selectionSet === undefined
        ? value
        : mapThings(value, (one) => this.#describe(one, selectionSet));
    });
  }

  #readArguments(typeName: string, { name, arguments: nodes = [] }: Field): Arguments {
    const type = this.#schema.getType(typeName);
    const definitions = isObjectType(type) ? (type.getFields()[name.value]?.args ?? []) : [];
    const given = new Map(nodes.map((node) => [node.name.value, valueFromASTUntyped(node.value)]));
    const values: Record<string, unknown> = {};
    for (const { name: argument, defaultValue } of definitions) {
      const value = given.has(argument) ? given.get(argument) : defaultValue;
      if (value !== undefined) values[argument] = value;
    }
    return values;
  }
}

type Field = Extract<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>;

function parseSelections(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('not a set of fields');
  return definition.selectionSet;
}

function readField(object: Arguments, selection: SelectionSetNode['selections'][number]): unknown {
  return selection.kind === Kind.FIELD ? object[selection.name.value] : undefined;
}

function describeGiven(given: Arguments, { selections }: SelectionSetNode): unknown {
  return selections.map((selection) => {
    const value = readField(given, selection);
    if (value === undefined) throw new Error(`a representation lacks a field: ${JSON.stringify(given)}`);
    const { selectionSet } = selection as Field;
    return selectionSet === undefined
      ? value
      : mapThings(value, (one) => describeGiven(one as unknown as Arguments, selectionSet));
  });
}

function mapThings(value: unknown, map: (thing: Thing) => unknown): unknown {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? value.map((item) => mapThings(item, map)) : map(value as Thing);
}

function makeLeaf(typeName: string, number: number): unknown {
  switch (typeName) {
    case 'Int':
      return pick(integers, number);
    case 'Float':
      return pick(floats, number);
    case 'Boolean':
      return number % 2 === 1;
    case 'Json':
      return JSON.parse(pick(jsonTexts, number));
    default:
      return pick(texts, number);
  }
}
