/** Suites of the federation audit: `__typename`, and an interface that leads to itself. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pick } from '../suite.ts';

const parts: readonly Row[] = [
  { __typename: 'Bolt', id: 'b1', price: 3, twin: 'b2' },
  { __typename: 'Bolt', id: 'b2', price: 3, twin: 'b1' },
];

export const circularInterface: Suite = {
  name: 'circular-interface',
  about: 'An interface with a field of the same interface: over and over through both subgraphs.',
  subgraphs: {
    list: {
      sdl: `type Query { part: Part } interface Part { id: ID! } type Bolt implements Part @key(fields: "id") { id: ID! }`,
      root: { part: { __typename: 'Bolt', id: 'b1' } },
      entities: { Bolt: byKey(parts, 'id') },
    },
    twins: {
      sdl: `interface Part { id: ID! price: Int! twin: Part }
        type Bolt implements Part @key(fields: "id") { id: ID! price: Int! twin: Part }`,
      entities: { Bolt: byKey(parts, 'id', 'price', 'twin') },
      fields: {
        Bolt: { twin: ({ twin }) => pick(find(parts, 'id', twin), '__typename', 'id', 'price', 'twin') },
      },
    },
  },
  monolith: (() => {
    const all: Record<string, unknown>[] = parts.map((part) => ({ ...part }));
    for (const part of all) part.twin = find(all, 'id', part.twin);
    return { part: all[0] };
  })(),
  cases: [
    {
      name: 'twice',
      query: '{ part { twin { ... on Part { twin { __typename } } } } }',
      expected: { data: { part: { twin: { twin: { __typename: 'Bolt' } } } } },
    },
    {
      name: 'mixed-with-the-type',
      query:
        '{ part { __typename twin { __typename ... on Bolt { id } twin { id } } ... on Bolt { id price twin { id price } } } }',
      expected: {
        data: {
          part: {
            __typename: 'Bolt',
            twin: { __typename: 'Bolt', id: 'b2', twin: { id: 'b1' }, price: 3 },
            id: 'b1',
            price: 3,
          },
        },
      },
    },
    {
      name: 'thrice-under-aliases',
      query: '{ p: part { t: twin { t: twin { t: twin { id price } } } } }',
      expected: { data: { p: { t: { t: { t: { id: 'b2', price: 3 } } } } } },
    },
  ],
};

const devices: readonly Row[] = [
  { __typename: 'Phone', id: 'd1', os: 'A' },
  { __typename: 'Watch', id: 'd2', strap: 'steel' },
];

export const typenames: Suite = {
  name: 'typenames',
  about:
    '`__typename` under every name, at the root, in unions, interfaces and entities, alone and next to other fields.',
  subgraphs: {
    devices: {
      sdl: `type Query { one: Device any: Any devices: [Device!]! }
        union Any = Phone | Watch
        interface Device { id: ID! }
        type Phone implements Device @key(fields: "id") { id: ID! os: String! }
        type Watch implements Device @key(fields: "id") { id: ID! }
        type Mutation { reset: Any }`,
      root: { one: devices[1], any: devices[0], devices, reset: devices[1] },
      entities: { Phone: byKey(devices, 'id', 'os'), Watch: byKey(devices, 'id') },
    },
    straps: {
      sdl: `type Watch @key(fields: "id") { id: ID! strap: String! } type Query { strap: String! }`,
      root: { strap: 'steel' },
      entities: { Watch: byKey(devices, 'id', 'strap') },
    },
  },
  monolith: { one: devices[1], any: devices[0], devices, reset: devices[1], strap: 'steel' },
  cases: [
    { name: 'root', query: '{ __typename }', expected: { data: { __typename: 'Query' } } },
    {
      name: 'root-under-aliases',
      query: '{ a: __typename strap b: __typename }',
      expected: { data: { a: 'Query', strap: 'steel', b: 'Query' } },
    },
    {
      name: 'root-of-mutations',
      query: 'mutation { __typename reset { __typename } }',
      expected: { data: { __typename: 'Mutation', reset: { __typename: 'Watch' } } },
    },
    {
      name: 'union',
      query: '{ any { __typename t: __typename } }',
      expected: { data: { any: { __typename: 'Phone', t: 'Phone' } } },
    },
    {
      name: 'interface',
      query: '{ one { id t: __typename __typename u: __typename } }',
      expected: { data: { one: { id: 'd2', t: 'Watch', __typename: 'Watch', u: 'Watch' } } },
    },
    {
      name: 'in-fragments',
      query: '{ any { __typename ... on Phone { t: __typename } ... on Watch { t: __typename } } }',
      expected: { data: { any: { __typename: 'Phone', t: 'Phone' } } },
    },
    {
      name: 'before-a-second-request',
      query: '{ devices { t: __typename ... on Watch { strap } } }',
      expected: { data: { devices: [{ t: 'Phone' }, { t: 'Watch', strap: 'steel' }] } },
    },
    {
      name: 'after-a-second-request',
      query: '{ one { ... on Watch { strap t: __typename } } }',
      expected: { data: { one: { strap: 'steel', t: 'Watch' } } },
    },
    {
      name: 'another-under-its-name',
      query: '{ devices { typename: id ... on Watch { strap } } }',
      expected: { data: { devices: [{ typename: 'd1' }, { typename: 'd2', strap: 'steel' }] } },
    },
  ],
};
