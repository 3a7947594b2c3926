/** Suites of the federation audit: how Federation 1 wrote it, and what of that Federation 2 still takes. */
import type { FederationCase, Row, SubgraphDefinition, Suite } from '../suite.ts';
import { byKey, pick, pickEach } from '../suite.ts';

const clients: readonly Row[] = [
  { id: 'c1', name: 'Ann', since: 2001, tier: 'gold' },
  { id: 'c2', name: 'Bob', since: 2015, tier: 'iron' },
];
const owner: Omit<SubgraphDefinition, 'sdl'> = {
  root: {
    clients: pickEach(clients, 'id', 'name', 'since'),
    oldest: pick(clients[0] ?? {}, 'id', 'name', 'since'),
  },
  entities: { Client: byKey(clients, 'id', 'name', 'since') },
};
const extender: Omit<SubgraphDefinition, 'sdl'> = {
  root: { bonus: pickEach(clients, 'id', 'tier') },
  entities: { Client: byKey(clients, 'id', 'tier') },
  fields: {
    Client: { badge: ({ name, tier }) => (name === undefined ? undefined : `${name}/${tier ?? 'none'}`) },
  },
};
const monolith: Row = (() => {
  const all = clients.map((client) => ({ ...client, badge: `${client.name}/${client.tier}` }));
  return { clients: all, oldest: all[0], bonus: all };
})();
const ownerSdl =
  'type Query { clients: [Client!]! oldest: Client } type Client @key(fields: "id") { id: ID! name: String! since: Int! }';
const cases: readonly FederationCase[] = [
  {
    name: 'owned',
    query: '{ clients { id name since } }',
    expected: {
      data: {
        clients: [
          { id: 'c1', name: 'Ann', since: 2001 },
          { id: 'c2', name: 'Bob', since: 2015 },
        ],
      },
    },
  },
  {
    name: 'extended',
    query: '{ clients { name tier } }',
    expected: {
      data: {
        clients: [
          { name: 'Ann', tier: 'gold' },
          { name: 'Bob', tier: 'iron' },
        ],
      },
    },
  },
  {
    name: 'from-the-extension',
    query: '{ bonus { id tier name } }',
    expected: {
      data: {
        bonus: [
          { id: 'c1', tier: 'gold', name: 'Ann' },
          { id: 'c2', tier: 'iron', name: 'Bob' },
        ],
      },
    },
  },
  {
    name: 'required',
    query: '{ oldest { badge } bonus { badge since } }',
    expected: {
      data: {
        oldest: { badge: 'Ann/gold' },
        bonus: [
          { badge: 'Ann/gold', since: 2001 },
          { badge: 'Bob/iron', since: 2015 },
        ],
      },
    },
  },
];

export const federation1Extends: Suite = {
  name: 'federation-1-extends',
  about: '`@extends` and an external key, without a link to Federation 2.',
  subgraphs: {
    owner: { ...owner, sdl: ownerSdl, isFederation1: true },
    extender: {
      ...extender,
      isFederation1: true,
      sdl: `type Query { bonus: [Client!]! }
        type Client @extends @key(fields: "id") { id: ID! @external name: String! @external tier: String! badge: String! @requires(fields: "name") }`,
    },
  },
  monolith,
  cases,
};

export const federation1Extension: Suite = {
  name: 'federation-1-extension',
  about: '`extend type` and an external key, without a link to Federation 2.',
  subgraphs: {
    owner: { ...owner, sdl: ownerSdl, isFederation1: true },
    extender: {
      ...extender,
      isFederation1: true,
      sdl: `extend type Query { bonus: [Client!]! }
        extend type Client @key(fields: "id") { id: ID! @external name: String! @external tier: String! badge: String! @requires(fields: "name") }`,
    },
  },
  monolith,
  cases,
};

export const federation2Extends: Suite = {
  name: 'federation-2-extends',
  about: '`@extends` with Federation 2, next to an owner of Federation 1.',
  subgraphs: {
    owner: { ...owner, sdl: ownerSdl, isFederation1: true },
    extender: {
      ...extender,
      sdl: `type Query @extends { bonus: [Client!]! }
        type Client @extends @key(fields: "id") { id: ID! @external name: String! @external tier: String! badge: String! @requires(fields: "name") }`,
    },
  },
  monolith,
  cases,
};

export const federation2Extension: Suite = {
  name: 'federation-2-extension',
  about: '`extend type` with Federation 2.',
  subgraphs: {
    owner: { ...owner, sdl: ownerSdl },
    extender: {
      ...extender,
      sdl: `extend type Query { bonus: [Client!]! }
        extend type Client @key(fields: "id") { id: ID! @external name: String! @external tier: String! badge: String! @requires(fields: "name") }`,
    },
  },
  monolith,
  cases,
};

const tools: readonly Row[] = [
  { id: 't1', code: 'T-1', upc: 'u1', name: 'Saw', price: 30 },
  { id: 't2', code: 'T-2', upc: 'u2', name: 'Axe', price: 45 },
];

export const extensionsOfTwoKeys: Suite = {
  name: 'extensions-of-two-keys',
  about:
    'Federation 1: an extension with two keys of which the owner has one, and all other fields are external.',
  subgraphs: {
    stock: {
      isFederation1: true,
      sdl: `type Query { tool(code: ID!): Tool }
        type Tool @key(fields: "id") @key(fields: "code") { id: ID! code: ID! name: String! upc: String! }`,
      root: { tool: ({ code }: Row) => tools.find((tool) => tool.code === code) ?? null },
      entities: {
        Tool: ({ id, code }) =>
          tools.find((tool) => (id === undefined ? tool.code === code : tool.id === id)) ?? null,
      },
    },
    till: {
      isFederation1: true,
      sdl: `type Tool @extends @key(fields: "code") @key(fields: "id upc") { id: ID! @external code: ID! @external upc: String! @external price: Int! }
        type Query { cheapest: Tool! }`,
      root: { cheapest: { code: 'T-1', price: 30, id: 't1', upc: 'u1' } },
      entities: {
        Tool: (reference) => {
          const tool = tools.find(({ code, id }) =>
            reference.code === undefined ? id === reference.id : code === reference.code,
          );
          return tool === undefined ? null : { ...reference, price: tool.price };
        },
      },
    },
  },
  monolith: { tool: ({ code }: Row) => tools.find((tool) => tool.code === code) ?? null, cheapest: tools[0] },
  cases: [
    {
      name: 'all',
      query: '{ tool(code: "T-2") { id code upc name price } }',
      expected: { data: { tool: { id: 't2', code: 'T-2', upc: 'u2', name: 'Axe', price: 45 } } },
    },
    {
      name: 'from-the-extension',
      query: '{ cheapest { name price } }',
      expected: { data: { cheapest: { name: 'Saw', price: 30 } } },
    },
    {
      name: 'keys-only',
      query: '{ cheapest { code id } }',
      expected: { data: { cheapest: { code: 'T-1', id: 't1' } } },
    },
  ],
};

export const externalKeyOfExtension: Suite = {
  name: 'external-key-of-extension',
  about: 'Federation 2: the key is external in an extension, and yet the extension gives it.',
  subgraphs: {
    names: {
      sdl: `type Query { dearest: Tool! } type Tool @key(fields: "id") { id: ID! name: String! }`,
      root: { dearest: pick(tools[1] ?? {}, 'id', 'name') },
      entities: { Tool: byKey(tools, 'id', 'name') },
    },
    prices: {
      sdl: `extend type Tool @key(fields: "id") { id: ID! @external price: Int! } type Query { cheapest: Tool! }`,
      root: { cheapest: pick(tools[0] ?? {}, 'id', 'price') },
      entities: { Tool: byKey(tools, 'id', 'price') },
    },
  },
  monolith: { dearest: tools[1], cheapest: tools[0] },
  cases: [
    {
      name: 'to-the-extension',
      query: '{ dearest { id price } }',
      expected: { data: { dearest: { id: 't2', price: 45 } } },
    },
    {
      name: 'from-the-extension',
      query: '{ cheapest { id name price } }',
      expected: { data: { cheapest: { id: 't1', name: 'Saw', price: 30 } } },
    },
    { name: 'key-only', query: '{ cheapest { id } }', expected: { data: { cheapest: { id: 't1' } } } },
  ],
};
