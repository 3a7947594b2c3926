/** Suites of the federation audit: `node(id)` shared by subgraphs, and types that cannot be told apart or reached. */
import type { Row, Suite } from '../suite.ts';
import { byKey } from '../suite.ts';

const things: readonly Row[] = [
  { __typename: 'Product', id: 'p-1', name: 'Lamp', stock: 4 },
  { __typename: 'Category', id: 'c-1', label: 'Light', count: 9 },
];

export const nodes: Suite = {
  name: 'nodes',
  about: 'One subgraph knows of an id only which type it is; another has the fields.',
  subgraphs: {
    ids: {
      sdl: `type Query { first: Node node(id: ID!): Node nodes(ids: [ID!]!): [Node]! }
        interface Node { id: ID! }
        type Product implements Node @key(fields: "id") { id: ID! }
        type Category implements Node @key(fields: "id") { id: ID! }`,
      root: {
        first: things[0],
        node: ({ id }: Row) => things.find((one) => one.id === id) ?? null,
        nodes: ({ ids }: Row) => (ids as string[]).map((id) => things.find((one) => one.id === id) ?? null),
      },
      entities: { Product: ({ id }) => ({ id }), Category: ({ id }) => ({ id }) },
    },
    products: {
      sdl: `interface Node { id: ID! } type Product implements Node @key(fields: "id") { id: ID! name: String! stock: Int! }
        type Query { search(name: String!): Node }`,
      root: { search: ({ name }: Row) => things.find((one) => one.name === name) ?? null },
      entities: { Product: byKey(things, 'id', 'name', 'stock') },
    },
    categories: {
      sdl: `type Category @key(fields: "id") { id: ID! label: String! count: Int! }`,
      entities: { Category: byKey(things, 'id', 'label', 'count') },
    },
  },
  monolith: {
    first: things[0],
    node: ({ id }: Row) => things.find((one) => one.id === id) ?? null,
    nodes: ({ ids }: Row) => (ids as string[]).map((id) => things.find((one) => one.id === id) ?? null),
    search: ({ name }: Row) => things.find((one) => one.name === name) ?? null,
  },
  cases: [
    {
      name: 'type-with-its-fields',
      query: '{ first { ... on Product { id name stock } } }',
      expected: { data: { first: { id: 'p-1', name: 'Lamp', stock: 4 } } },
    },
    {
      name: 'two-under-aliases',
      query:
        '{ p: node(id: "p-1") { ... on Product { name } } c: node(id: "c-1") { ... on Category { label } } }',
      expected: { data: { p: { name: 'Lamp' }, c: { label: 'Light' } } },
    },
    {
      name: 'list-with-holes',
      query:
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { stock } ... on Category { count } } }',
      variables: { ids: ['c-1', 'x-1', 'p-1', 'c-1'] },
      expected: {
        data: { nodes: [{ id: 'c-1', count: 9 }, null, { id: 'p-1', stock: 4 }, { id: 'c-1', count: 9 }] },
      },
    },
    {
      name: 'from-the-owner',
      query: '{ search(name: "Lamp") { __typename id ... on Product { stock } ... on Category { label } } }',
      expected: { data: { search: { __typename: 'Product', id: 'p-1', stock: 4 } } },
    },
    {
      name: 'not-there',
      query: '{ node(id: "z") { ... on Product { name } } }',
      expected: { data: { node: null } },
    },
  ],
};

const nodeIn =
  (own: string) =>
  ({ id }: Row) => {
    if (id === 'u1')
      return own === 'User' ? { __typename: 'User', id, handle: 'ann' } : { __typename: 'User' };
    if (id === 't1')
      return own === 'Topic' ? { __typename: 'Topic', id, text: 'tea' } : { __typename: 'Topic' };
    return null;
  };

export const externalNodeIds: Suite = {
  name: 'external-node-ids',
  about:
    'Both subgraphs have `node`, each with the id of its own type only: what neither can answer alone is an error, what one can is answered.',
  subgraphs: {
    users: {
      sdl: `type Query { node(id: ID!): Node @shareable user(id: ID!): User }
        interface Node { id: ID! }
        type User implements Node @key(fields: "id") { id: ID! handle: String! }
        type Topic implements Node @key(fields: "id") { id: ID! @external by: User! }`,
      root: { node: nodeIn('User'), user: ({ id }: Row) => ({ id, handle: 'ann' }) },
      entities: {
        User: ({ id }) => ({ id, handle: 'ann' }),
        Topic: ({ id }) => ({ id, by: { id: 'u1', handle: 'ann' } }),
      },
    },
    topics: {
      sdl: `type Query { node(id: ID!): Node @shareable topic(id: ID!): Topic }
        interface Node { id: ID! }
        type User implements Node @key(fields: "id") { id: ID! @external topics: [Topic!]! }
        type Topic implements Node @key(fields: "id") { id: ID! text: String! }`,
      root: { node: nodeIn('Topic'), topic: ({ id }: Row) => ({ id, text: 'tea' }) },
      entities: {
        User: ({ id }) => ({ id, topics: [{ id: 't1', text: 'tea' }] }),
        Topic: ({ id }) => ({ id, text: 'tea' }),
      },
    },
  },
  monolith: (() => {
    const user: Record<string, unknown> = { __typename: 'User', id: 'u1', handle: 'ann' };
    const topic = { __typename: 'Topic', id: 't1', text: 'tea', by: user };
    user.topics = [topic];
    return { node: ({ id }: Row) => (id === 'u1' ? user : topic), user: () => user, topic: () => topic };
  })(),
  cases: [
    {
      name: 'id-of-any-type',
      query: '{ node(id: "u1") { id } }',
      expected: { data: null, errors: true },
      unlikeMonolith: 'no subgraph has the id of both types, and no plan can know which to ask',
    },
    {
      name: 'types-only',
      query: '{ u: node(id: "u1") { __typename } t: node(id: "t1") { __typename } }',
      expected: { data: { u: { __typename: 'User' }, t: { __typename: 'Topic' } } },
    },
    {
      name: 'each-with-its-type',
      query:
        '{ u: node(id: "u1") { ... on User { id handle } } t: node(id: "t1") { ... on Topic { id text } } }',
      expected: { data: { u: { id: 'u1', handle: 'ann' }, t: { id: 't1', text: 'tea' } } },
    },
    {
      name: 'each-with-the-other-type',
      query: '{ u: node(id: "u1") { ... on Topic { id } } t: node(id: "t1") { ... on User { id } } }',
      expected: { data: { u: {}, t: {} } },
    },
    {
      name: 'other-type-with-typename',
      query:
        '{ u: node(id: "u1") { __typename ... on Topic { id } } t: node(id: "t1") { __typename ... on User { id } } }',
      expected: { data: { u: { __typename: 'User' }, t: { __typename: 'Topic' } } },
    },
    {
      name: 'id-of-any-type-next-to-another',
      query: '{ u: node(id: "u1") { id ... on Topic { id } } t: node(id: "t1") { __typename } }',
      expected: { data: null, errors: true },
      unlikeMonolith: 'no subgraph has the id of both types, and no plan can know which to ask',
    },
    { name: 'topic', query: '{ topic(id: "t1") { id } }', expected: { data: { topic: { id: 't1' } } } },
    { name: 'user', query: '{ user(id: "u1") { id } }', expected: { data: { user: { id: 'u1' } } } },
    {
      name: 'from-topic-to-user',
      query: '{ topic(id: "t1") { text by { id handle } } }',
      expected: { data: { topic: { text: 'tea', by: { id: 'u1', handle: 'ann' } } } },
    },
    {
      name: 'from-user-to-topic',
      query: '{ user(id: "u1") { handle topics { id text } } }',
      expected: { data: { user: { handle: 'ann', topics: [{ id: 't1', text: 'tea' }] } } },
    },
  ],
};
