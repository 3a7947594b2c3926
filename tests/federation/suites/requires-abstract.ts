/** Suites of the federation audit: required interfaces and unions, with fragments in the field set. */
import type { Row, Suite } from '../suite.ts';
import { byKey } from '../suite.ts';

const homes: readonly Row[] = [
  { __typename: 'House', id: 'h1', street: 'Elm', floors: 2 },
  { __typename: 'Boat', id: 'h2', street: 'Quay', berth: 7 },
];
const tenants: readonly Row[] = [
  { id: 't1', home: homes[0] },
  { id: 't2', home: homes[1] },
  { id: 't3', home: null },
];

export const requiresInterface: Suite = {
  name: 'requires-interface',
  about: 'The required field is an interface; its type has to be sent along with what is asked of it.',
  subgraphs: {
    rent: {
      sdl: `type Query { tenants: [Tenant!]! }
        type Tenant @key(fields: "id") { id: ID! home: Home @external
          onMap: String @requires(fields: "home { street }")
          kind: String @requires(fields: "home { __typename id }")
          height: Int @requires(fields: "home { ... on House { floors } ... on Boat { berth } }")
        }
        interface Home { id: ID! street: String! }
        type House implements Home @key(fields: "id") { id: ID! @external street: String! @external floors: Int! @external }
        type Boat implements Home @key(fields: "id") { id: ID! @external street: String! @external berth: Int! @external }`,
      root: { tenants: tenants.map(({ id }) => ({ id })) },
      entities: { Tenant: (reference) => reference, House: byKey(homes, 'id'), Boat: byKey(homes, 'id') },
      fields: {
        Tenant: {
          onMap: ({ home }) => (home === undefined ? undefined : home === null ? null : (home as Row).street),
          kind: ({ home }) =>
            home === undefined
              ? undefined
              : home === null
                ? null
                : `${(home as Row).__typename} ${(home as Row).id}`,
          height: ({ home }) => {
            if (home === undefined || home === null) return home;
            const { floors, berth } = home as Row;
            return floors ?? berth;
          },
        },
      },
    },
    homes: {
      sdl: `type Tenant @key(fields: "id") { id: ID! home: Home }
        interface Home { id: ID! street: String! }
        type House implements Home @key(fields: "id") { id: ID! street: String! floors: Int! }
        type Boat implements Home @key(fields: "id") { id: ID! street: String! berth: Int! }`,
      entities: {
        Tenant: byKey(tenants, 'id', 'home'),
        House: byKey(homes, 'id', 'street', 'floors'),
        Boat: byKey(homes, 'id', 'street', 'berth'),
      },
    },
  },
  monolith: {
    tenants: [
      { ...tenants[0], onMap: 'Elm', kind: 'House h1', height: 2 },
      { ...tenants[1], onMap: 'Quay', kind: 'Boat h2', height: 7 },
      { ...tenants[2], onMap: null, kind: null, height: null },
    ],
  },
  cases: [
    {
      name: 'common-field',
      query: '{ tenants { onMap } }',
      expected: { data: { tenants: [{ onMap: 'Elm' }, { onMap: 'Quay' }, { onMap: null }] } },
    },
    {
      name: 'typename',
      query: '{ tenants { id kind } }',
      expected: {
        data: {
          tenants: [
            { id: 't1', kind: 'House h1' },
            { id: 't2', kind: 'Boat h2' },
            { id: 't3', kind: null },
          ],
        },
      },
    },
    {
      name: 'fragments',
      query: '{ tenants { height } }',
      expected: { data: { tenants: [{ height: 2 }, { height: 7 }, { height: null }] } },
    },
    {
      name: 'all',
      query: '{ tenants { onMap kind height } }',
      expected: {
        data: {
          tenants: [
            { onMap: 'Elm', kind: 'House h1', height: 2 },
            { onMap: 'Quay', kind: 'Boat h2', height: 7 },
            { onMap: null, kind: null, height: null },
          ],
        },
      },
    },
    {
      name: 'next-to-the-interface',
      query: '{ tenants { height home { __typename street ... on Boat { berth } } } }',
      expected: {
        data: {
          tenants: [
            { height: 2, home: { __typename: 'House', street: 'Elm' } },
            { height: 7, home: { __typename: 'Boat', street: 'Quay', berth: 7 } },
            { height: null, home: null },
          ],
        },
      },
    },
    {
      name: 'next-to-one-type-of-it',
      query: '{ tenants { home { ... on House { id } } onMap } }',
      expected: {
        data: {
          tenants: [
            { home: { id: 'h1' }, onMap: 'Elm' },
            { home: {}, onMap: 'Quay' },
            { home: null, onMap: null },
          ],
        },
      },
    },
  ],
};

const jobs: readonly Row[] = [
  { id: 'j1', input: { __typename: 'Upload', name: 'a.png', bytes: 10 } },
  { id: 'j2', input: { __typename: 'Link', url: 'http://b' } },
  {
    id: 'j3',
    input: {
      __typename: 'Bundle',
      parts: [
        { __typename: 'Upload', name: 'c.png', bytes: 5 },
        { __typename: 'Link', url: 'http://d' },
      ],
    },
  },
];
const textOf = (input: unknown): string | undefined => {
  const { name, url, parts } = (input ?? {}) as Row;
  if (Array.isArray(parts)) return parts.map(textOf).join('+');
  return (name ?? url) as string | undefined;
};

export const requiresFragments: Suite = {
  name: 'requires-fragments',
  about: 'Field sets with fragments on the members of a union, nested in each other.',
  subgraphs: {
    queue: {
      sdl: `type Query { jobs: [Job!]! } type Job @key(fields: "id") { id: ID! input: Input! }
        union Input = Upload | Link | Bundle
        type Upload { name: String! bytes: Int! } type Link { url: String! } type Bundle { parts: [Part!]! }
        union Part = Upload | Link`,
      root: { jobs },
      entities: { Job: byKey(jobs, 'id', 'input') },
    },
    work: {
      sdl: `type Job @key(fields: "id") {
          id: ID! input: Input! @external
          text: String! @requires(fields: "input { ... on Upload { name } ... on Link { url } ... on Bundle { parts { ... on Upload { name } ... on Link { url } } } }")
          isLink: Boolean! @requires(fields: "input { __typename ... on Link { url } }")
          bytes: Int @requires(fields: "input { ... on Upload { bytes } }")
        }
        union Input = Upload | Link | Bundle
        type Upload { name: String! @external bytes: Int! @external } type Link { url: String! @external }
        type Bundle { parts: [Part!]! @external } union Part = Upload | Link`,
      entities: { Job: (reference) => reference },
      fields: {
        Job: {
          text: ({ input }) => textOf(input),
          isLink: ({ input }) => (input === undefined ? undefined : (input as Row).__typename === 'Link'),
          bytes: ({ input }) => (input === undefined ? undefined : ((input as Row).bytes ?? null)),
        },
      },
    },
  },
  monolith: {
    jobs: [
      { ...jobs[0], text: 'a.png', isLink: false, bytes: 10 },
      { ...jobs[1], text: 'http://b', isLink: true, bytes: null },
      { ...jobs[2], text: 'c.png+http://d', isLink: false, bytes: null },
    ],
  },
  cases: [
    {
      name: 'each-member',
      query: '{ jobs { text } }',
      expected: { data: { jobs: [{ text: 'a.png' }, { text: 'http://b' }, { text: 'c.png+http://d' }] } },
    },
    {
      name: 'typename',
      query: '{ jobs { isLink } }',
      expected: { data: { jobs: [{ isLink: false }, { isLink: true }, { isLink: false }] } },
    },
    {
      name: 'one-member',
      query: '{ jobs { id bytes } }',
      expected: {
        data: {
          jobs: [
            { id: 'j1', bytes: 10 },
            { id: 'j2', bytes: null },
            { id: 'j3', bytes: null },
          ],
        },
      },
    },
    {
      name: 'all',
      query: '{ jobs { text isLink bytes } }',
      expected: {
        data: {
          jobs: [
            { text: 'a.png', isLink: false, bytes: 10 },
            { text: 'http://b', isLink: true, bytes: null },
            { text: 'c.png+http://d', isLink: false, bytes: null },
          ],
        },
      },
    },
    {
      name: 'next-to-the-union',
      query: '{ jobs { input { ... on Bundle { parts { __typename } } ... on Upload { name } } text } }',
      expected: {
        data: {
          jobs: [
            { input: { name: 'a.png' }, text: 'a.png' },
            { input: {}, text: 'http://b' },
            { input: { parts: [{ __typename: 'Upload' }, { __typename: 'Link' }] }, text: 'c.png+http://d' },
          ],
        },
      },
    },
    {
      name: 'next-to-the-union-under-aliases',
      query: '{ jobs { in: input { ... on Upload { n: name } ... on Link { n: url } } bytes isLink } }',
      expected: {
        data: {
          jobs: [
            { in: { n: 'a.png' }, bytes: 10, isLink: false },
            { in: { n: 'http://b' }, bytes: null, isLink: true },
            { in: {}, bytes: null, isLink: false },
          ],
        },
      },
    },
  ],
};
