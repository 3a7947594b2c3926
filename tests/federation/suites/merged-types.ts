/** Suites of the federation audit: enums, inputs, arguments, root fields and values that several subgraphs define, and mutations. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pick, pickEach } from '../suite.ts';

const guests: readonly Row[] = [
  { id: 'g1', kind: 'ADULT', name: 'Ann' },
  { id: 'g2', kind: 'GHOST', name: 'Boo' },
];

export const enumValuesDiffer: Suite = {
  name: 'enum-values-differ',
  about:
    'Of an enum that is taken and given only the common values are for clients; another one from a subgraph is an error.',
  subgraphs: {
    hotel: {
      sdl: `type Query { guests: [Guest!]! byKind(kind: Kind!): [Guest!]! }
        enum Kind { ADULT GHOST @inaccessible } type Guest @key(fields: "id") { id: ID! kind: Kind @shareable }`,
      root: {
        guests: pickEach(guests, 'id', 'kind'),
        byKind: ({ kind }: Row) => guests.filter((guest) => guest.kind === kind),
      },
      entities: { Guest: byKey(guests, 'id', 'kind') },
    },
    bar: {
      sdl: `type Query { drinkers(kind: Kind): [Guest!]! }
        enum Kind { ADULT } enum Mood { CALM LOUD }
        type Guest @key(fields: "id") { id: ID! kind: Kind @shareable name: String! mood: Mood! }`,
      root: {
        drinkers: guests.map((guest) => ({
          ...guest,
          kind: guest.kind === 'ADULT' ? 'ADULT' : null,
          mood: 'CALM',
        })),
      },
      entities: {
        Guest: ({ id }) => ({
          id,
          name: find(guests, 'id', id).name,
          kind: id === 'g1' ? 'ADULT' : null,
          mood: 'LOUD',
        }),
      },
    },
    club: {
      sdl: `enum Mood { CALM WILD } type Guest @key(fields: "id") { id: ID! lastMood: Mood! }`,
      entities: { Guest: ({ id }) => ({ id, lastMood: 'WILD' }) },
    },
  },
  monolith: {
    guests: guests.map((guest) => ({ ...guest, mood: 'LOUD', lastMood: 'WILD' })),
    byKind: ({ kind }: Row) => guests.filter((guest) => guest.kind === kind),
    drinkers: guests.map((guest) => ({
      ...guest,
      kind: guest.kind === 'ADULT' ? 'ADULT' : null,
      mood: 'CALM',
      lastMood: 'WILD',
    })),
  },
  cases: [
    {
      name: 'without-it',
      query: '{ guests { id name } }',
      expected: {
        data: {
          guests: [
            { id: 'g1', name: 'Ann' },
            { id: 'g2', name: 'Boo' },
          ],
        },
      },
    },
    // Some gateways tell of it in `extensions` only.
    {
      name: 'hidden-value-from-a-subgraph',
      query: '{ guests { id kind } }',
      expected: {
        data: {
          guests: [
            { id: 'g1', kind: 'ADULT' },
            { id: 'g2', kind: null },
          ],
        },
        errors: 'any',
      },
    },
    {
      name: 'from-the-other',
      query: '{ drinkers { kind name } }',
      expected: {
        data: {
          drinkers: [
            { kind: 'ADULT', name: 'Ann' },
            { kind: null, name: 'Boo' },
          ],
        },
      },
    },
    {
      name: 'common-value-as-argument',
      query: '{ byKind(kind: ADULT) { id } }',
      expected: { data: { byKind: [{ id: 'g1' }] } },
    },
    {
      name: 'hidden-value-as-argument',
      query: '{ byKind(kind: GHOST) { id } }',
      expected: { data: null, errors: true },
    },
    {
      name: 'hidden-value-as-variable',
      query: 'query ($kind: Kind!) { byKind(kind: $kind) { id } }',
      variables: { kind: 'GHOST' },
      expected: { data: null, errors: true },
    },
    {
      name: 'given-only-has-all-values',
      query: '{ guests { mood lastMood } }',
      expected: {
        data: {
          guests: [
            { mood: 'LOUD', lastMood: 'WILD' },
            { mood: 'LOUD', lastMood: 'WILD' },
          ],
        },
      },
    },
  ],
};

export const inputFieldsDiffer: Suite = {
  name: 'input-fields-differ',
  about: 'Of an input and of arguments only what all subgraphs take is for clients.',
  subgraphs: {
    one: {
      sdl: `type Query { found(filter: Filter!): [Guest!]! greet(name: String!, loud: Boolean): String! @shareable }
        input Filter { first: Int! = 2 name: String onlyOne: Boolean }
        type Guest @key(fields: "id") { id: ID! }`,
      root: {
        found: ({ filter }: Row) => pickEach(guests, 'id').slice(0, Number((filter as Row).first)),
        greet: ({ name, loud }: Row) => (loud === undefined ? `Hi ${name}` : 'HI'),
      },
      entities: { Guest: ({ id }) => ({ id }) },
    },
    two: {
      sdl: `type Query { count(filter: Filter!): Int! greet(name: String!): String! @shareable }
        input Filter { first: Int! = 2 name: String onlyTwo: Boolean }
        type Guest @key(fields: "id") { id: ID! name(upper: Boolean! = false): String! }`,
      root: { count: ({ filter }: Row) => (filter as Row).first, greet: ({ name }: Row) => `Hi ${name}` },
      entities: {
        Guest: ({ id }) => {
          const { name } = find(guests, 'id', id);
          return { id, name: ({ upper }: Row) => (upper ? String(name).toUpperCase() : name) };
        },
      },
    },
  },
  monolith: {
    found: ({ filter }: Row) =>
      guests.slice(0, Number((filter as Row).first)).map(({ id, name }) => ({
        id,
        name: ({ upper }: Row) => (upper ? String(name).toUpperCase() : name),
      })),
    count: ({ filter }: Row) => (filter as Row).first,
    greet: ({ name }: Row) => `Hi ${name}`,
  },
  cases: [
    {
      name: 'common-fields',
      query: '{ found(filter: { first: 1, name: "x" }) { id } }',
      expected: { data: { found: [{ id: 'g1' }] } },
    },
    {
      name: 'default-of-a-field',
      query: 'query ($f: Filter!) { found(filter: $f) { id name } count(filter: $f) }',
      variables: { f: {} },
      expected: {
        data: {
          found: [
            { id: 'g1', name: 'Ann' },
            { id: 'g2', name: 'Boo' },
          ],
          count: 2,
        },
      },
    },
    {
      name: 'field-of-one',
      query: '{ found(filter: { first: 1, onlyOne: true }) { id } }',
      expected: { data: null, errors: true },
    },
    {
      name: 'field-of-the-other-in-a-variable',
      query: 'query ($f: Filter!) { count(filter: $f) }',
      variables: { f: { onlyTwo: true } },
      expected: { data: null, errors: true },
    },
    {
      name: 'argument-of-one',
      query: '{ greet(name: "A", loud: true) }',
      expected: { data: null, errors: true },
    },
    { name: 'argument-of-both', query: '{ greet(name: "A") }', expected: { data: { greet: 'Hi A' } } },
    {
      name: 'default-of-an-argument-after-a-hop',
      query:
        'query ($u: Boolean! = true) { found(filter: {}) { name plain: name(upper: false) up: name(upper: $u) } }',
      expected: {
        data: {
          found: [
            { name: 'Ann', plain: 'Ann', up: 'ANN' },
            { name: 'Boo', plain: 'Boo', up: 'BOO' },
          ],
        },
      },
    },
  ],
};

const item = { id: 'i1', price: 5, name: 'Cup', kind: 'C' };

export const sharedRoot: Suite = {
  name: 'shared-root',
  about: 'One root field in three subgraphs, each with other fields of its value, with and without a key.',
  subgraphs: {
    prices: {
      sdl: `type Query { cup: Cup! @shareable cups: [Cup!]! @shareable keyless: Plate! @shareable }
        type Cup @key(fields: "id") { id: ID! price: Price! } type Price { amount: Int! currency: String! }
        type Plate { id: ID! @shareable price: Int! }`,
      root: {
        cup: { id: 'i1', price: { amount: 5, currency: 'CHF' } },
        cups: [{ id: 'i1', price: { amount: 5, currency: 'CHF' } }],
        keyless: { id: 'p1', price: 7 },
      },
      entities: { Cup: ({ id }) => ({ id, price: { amount: 5, currency: 'CHF' } }) },
    },
    names: {
      sdl: `type Query { cup: Cup! @shareable cups: [Cup!]! @shareable keyless: Plate! @shareable }
        type Cup @key(fields: "id") { id: ID! name: Name! } type Name { brand: String! model: String! }
        type Plate { id: ID! @shareable name: String! }`,
      root: {
        cup: { id: 'i1', name: { brand: 'B', model: 'M' } },
        cups: [{ id: 'i1', name: { brand: 'B', model: 'M' } }],
        keyless: { id: 'p1', name: 'Dish' },
      },
      entities: { Cup: ({ id }) => ({ id, name: { brand: 'B', model: 'M' } }) },
    },
    kinds: {
      sdl: `type Query { cup: Cup! @shareable cups: [Cup!]! @shareable }
        type Cup @key(fields: "id") { id: ID! kind: String! }`,
      root: { cup: pick(item, 'id', 'kind'), cups: [pick(item, 'id', 'kind')] },
      entities: { Cup: ({ id }) => ({ id, kind: 'C' }) },
    },
  },
  monolith: (() => {
    const cup = {
      id: 'i1',
      kind: 'C',
      price: { amount: 5, currency: 'CHF' },
      name: { brand: 'B', model: 'M' },
    };
    return { cup, cups: [cup], keyless: { id: 'p1', name: 'Dish', price: 7 } };
  })(),
  cases: [
    {
      name: 'from-three',
      query: '{ cup { id name { model brand } kind price { currency } } }',
      expected: {
        data: { cup: { id: 'i1', name: { model: 'M', brand: 'B' }, kind: 'C', price: { currency: 'CHF' } } },
      },
    },
    {
      name: 'list-from-three',
      query: '{ cups { price { amount } kind name { brand } id } }',
      expected: { data: { cups: [{ price: { amount: 5 }, kind: 'C', name: { brand: 'B' }, id: 'i1' }] } },
    },
    {
      name: 'without-a-key',
      query: '{ keyless { name price } }',
      expected: { data: { keyless: { name: 'Dish', price: 7 } } },
    },
    {
      name: 'without-a-key-under-aliases',
      query: '{ k: keyless { n: name i: id p: price } }',
      expected: { data: { k: { n: 'Dish', i: 'p1', p: 7 } } },
    },
  ],
};

export const sharedValues: Suite = {
  name: 'shared-values',
  about: 'Value types that are only partly the same in each subgraph, deep below entities.',
  subgraphs: {
    one: {
      sdl: `type Query { spot: Spot! } type Spot @key(fields: "id") { id: ID! at: Point @shareable }
        type Point { x: Int! @shareable y: Int! @shareable zone: Zone! @shareable } type Zone { code: String! @shareable name: String! }`,
      root: { spot: { id: 's', at: { x: 1, y: 2, zone: { code: 'Z', name: 'Zett' } } } },
      entities: { Spot: ({ id }) => ({ id, at: { x: 1, y: 2, zone: { code: 'Z', name: 'Zett' } } }) },
    },
    two: {
      sdl: `type Spot @key(fields: "id") { id: ID! at: Point @shareable }
        type Point { x: Int! @shareable height: Int! zone: Zone! @shareable } type Zone { code: String! @shareable people: Int! }
        type Query { other: Spot! }`,
      root: { other: { id: 't', at: null } },
      entities: { Spot: ({ id }) => ({ id, at: { x: 1, height: 3, zone: { code: 'Z', people: 8 } } }) },
    },
  },
  monolith: {
    spot: { id: 's', at: { x: 1, y: 2, height: 3, zone: { code: 'Z', name: 'Zett', people: 8 } } },
  },
  cases: [
    {
      name: 'here',
      query: '{ spot { at { x y zone { name } } } }',
      expected: { data: { spot: { at: { x: 1, y: 2, zone: { name: 'Zett' } } } } },
    },
    {
      name: 'there',
      query: '{ spot { at { height } } }',
      expected: { data: { spot: { at: { height: 3 } } } },
    },
    {
      name: 'both-deep',
      query: '{ spot { at { zone { people name code } y height x } } }',
      expected: {
        data: { spot: { at: { zone: { people: 8, name: 'Zett', code: 'Z' }, y: 2, height: 3, x: 1 } } },
      },
    },
    {
      name: 'same-leaf-once',
      query: '{ spot { id at { zone { c: code people } } } }',
      expected: { data: { spot: { id: 's', at: { zone: { c: 'Z', people: 8 } } } } },
    },
  ],
};
