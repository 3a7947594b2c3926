/** Suites of the federation audit: interface objects whose types another subgraph knows, or none. */
import type { Row, Suite } from '../suite.ts';
import { byKey, pickEach } from '../suite.ts';

const media: readonly Row[] = [
  { __typename: 'Clip', id: 'v1', title: 'Cats', seconds: 30, artist: 'Ray' },
  { __typename: 'Essay', id: 'v2', title: 'Dogs', words: 800, artist: 'Sue' },
];

export const interfaceObjectIndirect: Suite = {
  name: 'interface-object-indirect',
  about:
    'One subgraph adds to the interface, another only refers to it: from there the type is found out and the addition reached.',
  subgraphs: {
    media: {
      sdl: `type Query { newest: Media! }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Clip implements Media @key(fields: "id") { id: ID! title: String! seconds: Int! }
        type Essay implements Media @key(fields: "id") { id: ID! title: String! words: Int! }`,
      root: { newest: media[1] },
      entities: {
        Media: ({ id }) => media.find((one) => one.id === id) ?? null,
        Clip: byKey(media, 'id', 'title', 'seconds'),
        Essay: byKey(media, 'id', 'title', 'words'),
      },
    },
    artists: {
      sdl: `type Media @key(fields: "id") @interfaceObject { id: ID! artist: String! }`,
      entities: { Media: byKey(media, 'id', 'artist') },
    },
    lists: {
      sdl: `type Query { list: List! } type List @key(fields: "id") { id: ID! name: String! media: [Media!]! }
        type Media @key(fields: "id") @interfaceObject { id: ID! }`,
      root: { list: { id: 'l1', name: 'Best', media: pickEach(media, 'id') } },
      entities: {
        List: ({ id }) => ({ id, name: 'Best', media: pickEach(media, 'id') }),
        Media: byKey(media, 'id'),
      },
    },
  },
  monolith: { newest: media[1], list: { id: 'l1', name: 'Best', media } },
  cases: [
    {
      name: 'addition',
      query: '{ newest { title artist } }',
      expected: { data: { newest: { title: 'Dogs', artist: 'Sue' } } },
    },
    {
      name: 'over-the-reference',
      query: '{ list { name media { id artist } } }',
      expected: {
        data: {
          list: {
            name: 'Best',
            media: [
              { id: 'v1', artist: 'Ray' },
              { id: 'v2', artist: 'Sue' },
            ],
          },
        },
      },
    },
    {
      name: 'type-over-the-reference',
      query: '{ list { media { ... on Clip { seconds } } } }',
      expected: { data: { list: { media: [{ seconds: 30 }, {}] } } },
    },
    {
      name: 'addition-of-one-type',
      query: '{ list { media { ... on Essay { artist words } id } } }',
      expected: { data: { list: { media: [{ id: 'v1' }, { artist: 'Sue', words: 800, id: 'v2' }] } } },
    },
    {
      name: 'all',
      query:
        '{ newest { __typename artist ... on Essay { words } } list { media { title artist __typename } } }',
      expected: {
        data: {
          newest: { __typename: 'Essay', artist: 'Sue', words: 800 },
          list: {
            media: [
              { title: 'Cats', artist: 'Ray', __typename: 'Clip' },
              { title: 'Dogs', artist: 'Sue', __typename: 'Essay' },
            ],
          },
        },
      },
    },
  ],
};

export const interfaceObjectUnresolvable: Suite = {
  name: 'interface-object-unresolvable',
  about:
    'The interface has no types at all: what needs none is answered, and the rest is an error, never silence.',
  subgraphs: {
    plain: {
      sdl: `type Query { item: Item! shape: Shape! }
        interface Shape @key(fields: "id") { id: ID! }
        interface Item @key(fields: "id") { id: ID! }
        type Bread implements Item @key(fields: "id") { id: ID! weight: Int! }`,
      root: { item: { __typename: 'Bread', id: 'b1', weight: 500 }, shape: { id: 'q1' } },
      entities: {
        Bread: ({ id }) => ({ id, weight: 500 }),
        Item: ({ id }) => ({ __typename: 'Bread', id, weight: 500 }),
      },
    },
    added: {
      sdl: `type Query { anyShape: Shape! }
        type Shape @key(fields: "id") @interfaceObject { id: ID! color: String! }
        type Item @key(fields: "id") @interfaceObject { id: ID! price: Int! }`,
      root: { anyShape: { id: 'q1', color: 'red' } },
      entities: { Item: ({ id }) => ({ id, price: 4 }), Shape: ({ id }) => ({ id, color: 'red' }) },
    },
  },
  monolith: { item: { __typename: 'Bread', id: 'b1', weight: 500, price: 4 }, shape: { id: 'q1' } },
  cases: [
    {
      name: 'no-type-needed',
      query: '{ anyShape { id color } }',
      expected: { data: { anyShape: { id: 'q1', color: 'red' } } },
      unlikeMonolith: 'a server without types for an interface has no objects of it',
    },
    {
      name: 'one-field-no-type',
      query: '{ anyShape { color } }',
      expected: { data: { anyShape: { color: 'red' } } },
      unlikeMonolith: 'a server without types for an interface has no objects of it',
    },
    { name: 'without-types', query: '{ shape { id } }', expected: { data: null, errors: true } },
    {
      name: 'added-field-without-types',
      query: '{ shape { color } }',
      expected: { data: null, errors: true },
    },
    {
      name: 'over-a-resolvable-one',
      query: '{ item { id price ... on Bread { weight } } }',
      expected: { data: { item: { id: 'b1', price: 4, weight: 500 } } },
    },
    {
      name: 'fragment-over-a-resolvable-one',
      query: '{ item { ... on Bread { price } } }',
      expected: { data: { item: { price: 4 } } },
    },
    {
      name: 'key-in-a-fragment',
      query: '{ item { ... on Bread { id } } }',
      expected: { data: { item: { id: 'b1' } } },
    },
  ],
};
