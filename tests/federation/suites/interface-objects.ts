/** Suites of the federation audit: interfaces that are objects in some subgraphs. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pick, pickEach } from '../suite.ts';

const accounts: readonly Row[] = [
  { __typename: 'Member', id: 'm1', email: 'm1@x', points: 7, nick: 'Mo', active: true },
  { __typename: 'Editor', id: 'e1', email: 'e1@x', desk: 'news', nick: 'Ed', active: false },
];

export const interfaceObject: Suite = {
  name: 'interface-object',
  about:
    'A subgraph adds fields to an interface without knowing its types, and names objects of it whose type has to be found out.',
  subgraphs: {
    accounts: {
      sdl: `type Query { accounts: [Account!]! }
        interface Account @key(fields: "id") { id: ID! email: String! }
        type Member implements Account @key(fields: "id") { id: ID! email: String! points: Int! }
        type Editor implements Account @key(fields: "id") { id: ID! email: String! desk: String! }`,
      root: { accounts: accounts.map(({ nick, active, ...account }) => account) },
      entities: {
        Account: ({ id }) => accounts.find((one) => one.id === id) ?? null,
        Member: byKey(accounts, 'id', 'email', 'points'),
        Editor: byKey(accounts, 'id', 'email', 'desk'),
      },
    },
    nicks: {
      sdl: `type Query { writers: [Account!]! writer(id: ID!): Account }
        type Account @key(fields: "id") @interfaceObject { id: ID! nick: String! }`,
      root: {
        writers: pickEach(accounts, 'id', 'nick'),
        writer: ({ id }: Row) => pick(find(accounts, 'id', id), 'id', 'nick'),
      },
      entities: { Account: byKey(accounts, 'id', 'nick') },
    },
    states: {
      sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! active: Boolean! }`,
      entities: { Account: byKey(accounts, 'id', 'active') },
    },
  },
  monolith: { accounts, writers: accounts, writer: ({ id }: Row) => find(accounts, 'id', id) },
  cases: [
    {
      name: 'added-field',
      query: '{ accounts { id nick } }',
      expected: {
        data: {
          accounts: [
            { id: 'm1', nick: 'Mo' },
            { id: 'e1', nick: 'Ed' },
          ],
        },
      },
    },
    {
      name: 'two-added-fields',
      query: '{ accounts { active nick email } }',
      expected: {
        data: {
          accounts: [
            { active: true, nick: 'Mo', email: 'm1@x' },
            { active: false, nick: 'Ed', email: 'e1@x' },
          ],
        },
      },
    },
    {
      name: 'added-field-in-a-fragment',
      query: '{ accounts { ... on Member { nick points } ... on Editor { active } } }',
      expected: { data: { accounts: [{ nick: 'Mo', points: 7 }, { active: false }] } },
    },
    {
      name: 'own-field-needs-no-type',
      query: '{ writers { id nick } }',
      expected: {
        data: {
          writers: [
            { id: 'm1', nick: 'Mo' },
            { id: 'e1', nick: 'Ed' },
          ],
        },
      },
    },
    {
      name: 'type-is-found-out',
      query: '{ writers { __typename nick } }',
      expected: {
        data: {
          writers: [
            { __typename: 'Member', nick: 'Mo' },
            { __typename: 'Editor', nick: 'Ed' },
          ],
        },
      },
    },
    {
      name: 'field-of-the-interface',
      query: '{ writers { nick email } }',
      expected: {
        data: {
          writers: [
            { nick: 'Mo', email: 'm1@x' },
            { nick: 'Ed', email: 'e1@x' },
          ],
        },
      },
    },
    {
      name: 'field-of-another-object',
      query: '{ writers { nick active } }',
      expected: {
        data: {
          writers: [
            { nick: 'Mo', active: true },
            { nick: 'Ed', active: false },
          ],
        },
      },
    },
    {
      name: 'fragments',
      query: '{ writers { ... on Member { points } ... on Editor { desk } } }',
      expected: { data: { writers: [{ points: 7 }, { desk: 'news' }] } },
    },
    {
      name: 'own-field-in-a-fragment',
      query: '{ writers { ... on Editor { nick } } }',
      expected: { data: { writers: [{}, { nick: 'Ed' }] } },
    },
    {
      name: 'own-field-in-and-out-of-a-fragment',
      query: '{ writers { id ... on Editor { nick desk } nick } }',
      expected: {
        data: {
          writers: [
            { id: 'm1', nick: 'Mo' },
            { id: 'e1', nick: 'Ed', desk: 'news' },
          ],
        },
      },
    },
    {
      name: 'fragment-of-the-interface',
      query: '{ writers { ... on Account { nick ... on Member { points active } } } }',
      expected: { data: { writers: [{ nick: 'Mo', points: 7, active: true }, { nick: 'Ed' }] } },
    },
    {
      name: 'one-of-the-other-type',
      query: '{ writer(id: "m1") { ... on Editor { desk nick } } }',
      expected: { data: { writer: {} } },
    },
    {
      name: 'typename-twice',
      query: '{ writer(id: "e1") { kind: __typename __typename ... on Editor { also: __typename } } }',
      expected: { data: { writer: { kind: 'Editor', __typename: 'Editor', also: 'Editor' } } },
    },
    {
      name: 'both-ways-at-once',
      query: '{ accounts { __typename nick } writers { email ... on Member { points } } }',
      expected: {
        data: {
          accounts: [
            { __typename: 'Member', nick: 'Mo' },
            { __typename: 'Editor', nick: 'Ed' },
          ],
          writers: [{ email: 'm1@x', points: 7 }, { email: 'e1@x' }],
        },
      },
    },
  ],
};

const sensors: readonly Row[] = [
  { __typename: 'Thermometer', id: 's1', name: 'Attic', unit: 'C', label: 'ATTIC', floor: 3 },
  { __typename: 'Scale', id: 's2', name: 'Cellar', unit: 'kg', label: 'CELLAR', floor: -1 },
];

export const interfaceObjectRequires: Suite = {
  name: 'interface-object-requires',
  about: 'A field of an interface object requires a field of the interface.',
  subgraphs: {
    sensors: {
      sdl: `type Query { sensors: [Sensor!]! }
        interface Sensor @key(fields: "id") { id: ID! name: String! unit: String! }
        type Thermometer implements Sensor @key(fields: "id") { id: ID! name: String! unit: String! floor: Int! }
        type Scale implements Sensor @key(fields: "id") { id: ID! name: String! unit: String! }`,
      root: { sensors: sensors.map(({ label, ...sensor }) => sensor) },
      entities: {
        Sensor: ({ id }) => sensors.find((one) => one.id === id) ?? null,
        Thermometer: byKey(sensors, 'id', 'name', 'unit', 'floor'),
        Scale: byKey(sensors, 'id', 'name', 'unit'),
      },
    },
    labels: {
      sdl: `type Query { labelled: [Sensor!]! }
        type Sensor @key(fields: "id") @interfaceObject { id: ID! name: String! @external label: String! @requires(fields: "name") }`,
      root: { labelled: pickEach(sensors, 'id') },
      entities: { Sensor: byKey(sensors, 'id') },
      fields: {
        Sensor: { label: ({ name }) => (name === undefined ? undefined : String(name).toUpperCase()) },
      },
    },
  },
  monolith: { sensors, labelled: sensors },
  cases: [
    {
      name: 'from-the-interface',
      query: '{ sensors { label } }',
      expected: { data: { sensors: [{ label: 'ATTIC' }, { label: 'CELLAR' }] } },
    },
    {
      name: 'from-the-object',
      query: '{ labelled { label } }',
      expected: { data: { labelled: [{ label: 'ATTIC' }, { label: 'CELLAR' }] } },
    },
    {
      name: 'from-the-object-with-the-input',
      query: '{ labelled { id name label } }',
      expected: {
        data: {
          labelled: [
            { id: 's1', name: 'Attic', label: 'ATTIC' },
            { id: 's2', name: 'Cellar', label: 'CELLAR' },
          ],
        },
      },
    },
    {
      name: 'in-fragments',
      query: '{ labelled { ... on Thermometer { floor label } ... on Scale { unit } } }',
      expected: { data: { labelled: [{ floor: 3, label: 'ATTIC' }, { unit: 'kg' }] } },
    },
    {
      name: 'in-and-out-of-fragments',
      query: '{ labelled { ... on Thermometer { floor label name } label name } }',
      expected: {
        data: {
          labelled: [
            { floor: 3, label: 'ATTIC', name: 'Attic' },
            { label: 'CELLAR', name: 'Cellar' },
          ],
        },
      },
    },
    {
      name: 'from-the-interface-in-fragments',
      query: '{ sensors { ... on Scale { label } id ... on Thermometer { floor } } }',
      expected: {
        data: {
          sensors: [
            { id: 's1', floor: 3 },
            { label: 'CELLAR', id: 's2' },
          ],
        },
      },
    },
    {
      name: 'both',
      query: '{ sensors { name label } labelled { unit label } }',
      expected: {
        data: {
          sensors: [
            { name: 'Attic', label: 'ATTIC' },
            { name: 'Cellar', label: 'CELLAR' },
          ],
          labelled: [
            { unit: 'C', label: 'ATTIC' },
            { unit: 'kg', label: 'CELLAR' },
          ],
        },
      },
    },
  ],
};
