/** Suites of the federation audit: fields that moved from one subgraph to another, and what clients must not see. */
import type { Row, Suite } from '../suite.ts';
import { byKey, pickEach } from '../suite.ts';

const posts: readonly Row[] = [
  { id: 'p1', at: 'new-1', text: 'One' },
  { id: 'p2', at: 'new-2', text: 'Two' },
];
const outdated = (fields: Row) => (row: Row) => ({ ...row, ...fields });

export const overrides: Suite = {
  name: 'overrides',
  about:
    'An overridden field is taken from its new owner, also where the old one is on the spot with an outdated value.',
  subgraphs: {
    old: {
      sdl: `type Query { oldFeed: [Post!]! @shareable feed: [Post!]! @shareable }
        type Post @key(fields: "id") { id: ID! at: String! text: String! }`,
      root: {
        oldFeed: posts.map(outdated({ at: 'outdated' })),
        feed: posts.map(outdated({ at: 'outdated' })),
      },
      entities: { Post: (reference) => ({ ...posts.find(({ id }) => id === reference.id), at: 'outdated' }) },
    },
    new: {
      sdl: `type Query { feed: [Post!]! @shareable newFeed: [Post!]! }
        type Post @key(fields: "id") { id: ID! at: String! @override(from: "old") }`,
      root: { feed: pickEach(posts, 'id', 'at'), newFeed: pickEach(posts, 'id', 'at') },
      entities: { Post: byKey(posts, 'id', 'at') },
    },
  },
  monolith: { feed: posts, oldFeed: posts, newFeed: posts },
  cases: [
    {
      name: 'shared-start',
      query: '{ feed { id at } }',
      expected: {
        data: {
          feed: [
            { id: 'p1', at: 'new-1' },
            { id: 'p2', at: 'new-2' },
          ],
        },
      },
    },
    {
      name: 'from-the-old-owner',
      query: '{ oldFeed { at text } }',
      expected: {
        data: {
          oldFeed: [
            { at: 'new-1', text: 'One' },
            { at: 'new-2', text: 'Two' },
          ],
        },
      },
    },
    {
      name: 'from-the-new-owner',
      query: '{ newFeed { at text } }',
      expected: {
        data: {
          newFeed: [
            { at: 'new-1', text: 'One' },
            { at: 'new-2', text: 'Two' },
          ],
        },
      },
    },
    {
      name: 'both',
      query: '{ oldFeed { at } newFeed { at } }',
      expected: {
        data: { oldFeed: [{ at: 'new-1' }, { at: 'new-2' }], newFeed: [{ at: 'new-1' }, { at: 'new-2' }] },
      },
    },
  ],
};

export const overrideOfNobody: Suite = {
  name: 'override-of-nobody',
  about: 'The subgraph that is overridden does not exist: as if nothing had been said.',
  subgraphs: {
    left: {
      sdl: `type Query { leftFeed: [Post!]! feed: [Post!]! @shareable } type Post @key(fields: "id") { id: ID! text: String! }`,
      root: { leftFeed: pickEach(posts.slice(0, 1), 'id', 'text'), feed: pickEach(posts, 'id', 'text') },
      entities: { Post: byKey(posts, 'id', 'text') },
    },
    right: {
      sdl: `type Query { rightFeed: [Post!]! feed: [Post!]! @shareable }
        type Post @key(fields: "id") { id: ID! at: String! @override(from: "gone-for-ever") }`,
      root: { rightFeed: pickEach(posts.slice(1), 'id', 'at'), feed: pickEach(posts, 'id', 'at') },
      entities: { Post: byKey(posts, 'id', 'at') },
    },
  },
  monolith: { feed: posts, leftFeed: posts.slice(0, 1), rightFeed: posts.slice(1) },
  cases: [
    {
      name: 'shared-start',
      query: '{ feed { at } }',
      expected: { data: { feed: [{ at: 'new-1' }, { at: 'new-2' }] } },
    },
    {
      name: 'each-start',
      query: '{ leftFeed { at } rightFeed { at text } }',
      expected: { data: { leftFeed: [{ at: 'new-1' }], rightFeed: [{ at: 'new-2', text: 'Two' }] } },
    },
  ],
};

const bills: readonly Row[] = [
  { id: 'b1', net: 100, rate: 8, gross: 108 },
  { id: 'b2', net: 50, rate: 0, gross: 50 },
];

export const overrideWithRequires: Suite = {
  name: 'override-with-requires',
  about: 'A required field moved, and so did one that requires: the field set is filled by the new owners.',
  subgraphs: {
    base: {
      sdl: `type Query { bills: [Bill!]! } type Bill @key(fields: "id") { id: ID! net: Int! rate: Int! }`,
      root: { bills: bills.map(outdated({ rate: 99 })) },
      entities: { Bill: (reference) => ({ ...bills.find(({ id }) => id === reference.id), rate: 99 }) },
    },
    rates: {
      sdl: `type Bill @key(fields: "id") { id: ID! rate: Int! @override(from: "base") }`,
      entities: { Bill: byKey(bills, 'id', 'rate') },
    },
    sums: {
      sdl: `type Bill @key(fields: "id") {
          id: ID! net: Int! @external rate: Int! @external
          gross: Int! @requires(fields: "net rate") @override(from: "oldSums")
        }
        type Query { lastBill: Bill! }`,
      root: { lastBill: { id: 'b2' } },
      entities: { Bill: (reference) => reference },
      fields: {
        Bill: {
          gross: ({ net, rate }) =>
            rate === undefined ? undefined : (Number(net) * (100 + Number(rate))) / 100,
        },
      },
    },
    oldSums: {
      sdl: `type Bill @key(fields: "id") { id: ID! gross: Int! note: String! }`,
      entities: { Bill: ({ id }) => ({ id, gross: -1, note: `note ${id}` }) },
    },
  },
  monolith: {
    bills: bills.map((bill) => ({ ...bill, note: `note ${bill.id}` })),
    lastBill: { ...bills[1], note: 'note b2' },
  },
  cases: [
    {
      name: 'moved-input',
      query: '{ bills { rate } }',
      expected: { data: { bills: [{ rate: 8 }, { rate: 0 }] } },
    },
    {
      name: 'moved-both',
      query: '{ bills { gross } }',
      expected: { data: { bills: [{ gross: 108 }, { gross: 50 }] } },
    },
    {
      name: 'with-inputs',
      query: '{ bills { net gross rate } }',
      expected: {
        data: {
          bills: [
            { net: 100, gross: 108, rate: 8 },
            { net: 50, gross: 50, rate: 0 },
          ],
        },
      },
    },
    {
      name: 'from-the-new-owner',
      query: '{ lastBill { gross note } }',
      expected: { data: { lastBill: { gross: 50, note: 'note b2' } } },
    },
  ],
};

const pets: readonly Row[] = [
  { __typename: 'Cat', id: 'c1', name: 'Mia', seen: 'today', lives: 9 },
  { __typename: 'Dog', id: 'd1', name: 'Rex', seen: 'now', tricks: 3 },
];

export const overrideOfInterfaceField: Suite = {
  name: 'override-of-interface-field',
  about: 'A field of an interface moved for one of its types only.',
  subgraphs: {
    farm: {
      sdl: `type Query { pets: [Pet!]! } interface Pet { id: ID! name: String! seen: String! }
        type Cat implements Pet @key(fields: "id") { id: ID! name: String! seen: String! lives: Int! }
        type Dog implements Pet @key(fields: "id") { id: ID! name: String! seen: String! }`,
      root: { pets: pets.map((pet) => (pet.__typename === 'Cat' ? { ...pet, seen: 'outdated' } : pet)) },
      entities: {
        Cat: ({ id }) => ({ ...pets[0], id, seen: 'outdated' }),
        Dog: byKey(pets, 'id', 'name', 'seen'),
      },
    },
    watch: {
      sdl: `type Query { watched: [Watched!]! } interface Watched { id: ID! seen: String! }
        type Cat implements Watched @key(fields: "id") { id: ID! seen: String! @override(from: "farm") }
        type Hen implements Watched { id: ID! seen: String! }`,
      root: {
        watched: [
          { __typename: 'Cat', id: 'c1', seen: 'today' },
          { __typename: 'Hen', id: 'h1', seen: 'never' },
        ],
      },
      entities: { Cat: byKey(pets, 'id', 'seen') },
    },
  },
  monolith: { pets, watched: [pets[0], { __typename: 'Hen', id: 'h1', seen: 'never' }] },
  cases: [
    {
      name: 'over-the-interface',
      query: '{ pets { id seen } }',
      expected: {
        data: {
          pets: [
            { id: 'c1', seen: 'today' },
            { id: 'd1', seen: 'now' },
          ],
        },
      },
    },
    {
      name: 'in-a-fragment',
      query: '{ pets { ... on Cat { seen lives } ... on Dog { seen } } }',
      expected: { data: { pets: [{ seen: 'today', lives: 9 }, { seen: 'now' }] } },
    },
    {
      name: 'new-owner',
      query: '{ watched { __typename seen ... on Cat { name } } }',
      expected: {
        data: {
          watched: [
            { __typename: 'Cat', seen: 'today', name: 'Mia' },
            { __typename: 'Hen', seen: 'never' },
          ],
        },
      },
    },
    {
      name: 'without-it',
      query: '{ pets { name } }',
      expected: { data: { pets: [{ name: 'Mia' }, { name: 'Rex' }] } },
    },
  ],
};

export const overrideByShare: Suite = {
  name: 'override-by-share',
  about:
    'Progressive override: a share of none and of all is decided, and a label that nobody sets leaves the field where it was.',
  subgraphs: {
    old: {
      sdl: `type Query { posts: [Post!]! } type Post @key(fields: "id") { id: ID! text: String! a: String! b: String! c: String! }`,
      root: { posts: posts.map(outdated({ a: 'old', b: 'old', c: 'old' })) },
      entities: { Post: ({ id }) => ({ ...posts[0], id, a: 'old', b: 'old', c: 'old' }) },
    },
    new: {
      sdl: `type Post @key(fields: "id") {
          id: ID!
          a: String! @override(from: "old", label: "percent(100)")
          b: String! @override(from: "old", label: "percent(0)")
          c: String! @override(from: "old", label: "nobody")
        }`,
      entities: { Post: ({ id }) => ({ id, a: 'new', b: 'new', c: 'new' }) },
    },
  },
  monolith: { posts: posts.map(outdated({ a: 'new', b: 'old', c: 'old' })) },
  cases: [
    { name: 'of-all', query: '{ posts { a } }', expected: { data: { posts: [{ a: 'new' }, { a: 'new' }] } } },
    {
      name: 'of-none',
      query: '{ posts { text b } }',
      expected: {
        data: {
          posts: [
            { text: 'One', b: 'old' },
            { text: 'Two', b: 'old' },
          ],
        },
      },
    },
    {
      name: 'by-a-label',
      query: '{ posts { c } }',
      expected: { data: { posts: [{ c: 'old' }, { c: 'old' }] } },
    },
    {
      name: 'each',
      query: '{ posts { a b c } }',
      expected: {
        data: {
          posts: [
            { a: 'new', b: 'old', c: 'old' },
            { a: 'new', b: 'old', c: 'old' },
          ],
        },
      },
    },
  ],
};

const agents: readonly Row[] = [
  { id: 'a1', alias: 'Fox', name: 'Greta', level: 'HIGH' },
  { id: 'a2', alias: 'Owl', name: 'Hugo', level: 'LOW' },
];

export const inaccessible: Suite = {
  name: 'inaccessible',
  about:
    'What is inaccessible can be required and be a key, but not be asked for, not even by introspection.',
  subgraphs: {
    files: {
      sdl: `type Query { agents: [Agent!]! safe: Safe @inaccessible }
        type Safe @inaccessible { code: String! }
        type Agent @key(fields: "secret") { secret: ID! @inaccessible alias: String! level: Level! }
        enum Level { HIGH LOW NONE @inaccessible }`,
      root: {
        agents: agents.map(({ id, alias, level }) => ({ secret: id, alias, level })),
        safe: { code: '1' },
      },
      entities: { Agent: ({ secret }) => ({ secret, alias: 'Fox', level: 'HIGH' }) },
    },
    staff: {
      sdl: `type Agent @key(fields: "secret") {
          secret: ID! @inaccessible alias: String! @external
          name(masked: Boolean @inaccessible): String! badge: String! @requires(fields: "alias")
        }`,
      entities: {
        Agent: (reference) => ({
          ...reference,
          name: agents.find(({ id }) => id === reference.secret)?.name,
        }),
      },
      fields: {
        Agent: { badge: ({ secret, alias }) => (alias === undefined ? undefined : `${secret}-${alias}`) },
      },
    },
  },
  monolith: { agents: agents.map((agent) => ({ ...agent, badge: `${agent.id}-${agent.alias}` })) },
  cases: [
    {
      name: 'over-a-hidden-key',
      query: '{ agents { name badge } }',
      expected: {
        data: {
          agents: [
            { name: 'Greta', badge: 'a1-Fox' },
            { name: 'Hugo', badge: 'a2-Owl' },
          ],
        },
      },
    },
    { name: 'hidden-field', query: '{ agents { secret } }', expected: { data: null, errors: true } },
    { name: 'hidden-root-field', query: '{ safe { code } }', expected: { data: null, errors: true } },
    {
      name: 'hidden-argument',
      query: '{ agents { name(masked: true) } }',
      expected: { data: null, errors: true },
    },
    {
      name: 'hidden-type-by-introspection',
      query: '{ __type(name: "Safe") { name } }',
      expected: { data: { __type: null } },
    },
    {
      name: 'hidden-field-by-introspection',
      query: '{ __type(name: "Agent") { fields { name } } }',
      expected: {
        data: {
          __type: { fields: [{ name: 'alias' }, { name: 'level' }, { name: 'name' }, { name: 'badge' }] },
        },
      },
    },
    {
      name: 'hidden-value-by-introspection',
      query: '{ __type(name: "Level") { enumValues { name } } agents { level } }',
      expected: {
        data: {
          __type: { enumValues: [{ name: 'HIGH' }, { name: 'LOW' }] },
          agents: [{ level: 'HIGH' }, { level: 'LOW' }],
        },
      },
    },
  ],
};
