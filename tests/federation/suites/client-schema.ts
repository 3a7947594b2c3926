/** Suites of the federation audit: what clients may ask of the schema itself, and what may be left out. */
import type { Row, Suite } from '../suite.ts';

/** A field that must not be asked for. */
const never = () => {
  throw new Error('asked for what was left out');
};

const desk: Row = { id: 'd1', price: 70, heavy: true, light: false };

export const skipAndInclude: Suite = {
  name: 'skip-and-include',
  about:
    'What is left out is not asked for, nor what it requires, whether by a literal, a variable or a default, on fields and on fragments.',
  subgraphs: {
    store: {
      sdl: `type Query { desk: Desk } type Desk @key(fields: "id") { id: ID! price: Int! hidden: Int! }`,
      root: { desk: { id: 'd1', price: 70, hidden: never } },
      entities: { Desk: ({ id }) => ({ id, price: 70, hidden: never }) },
    },
    facts: {
      sdl: `type Desk @key(fields: "id") {
          id: ID! price: Int! @external hidden: Int! @external
          heavy: Boolean! light: Boolean! @requires(fields: "price") never: Int! @requires(fields: "hidden") nor: Int!
        }`,
      entities: {
        Desk: ({ id, price }) => ({
          ...(price === undefined ? {} : { price }),
          id,
          heavy: true,
          nor: never,
          never,
        }),
      },
      fields: { Desk: { light: ({ price }) => (price === undefined ? undefined : Number(price) < 10) } },
    },
  },
  monolith: { desk: { ...desk, hidden: never, never, nor: never } },
  cases: [
    {
      name: 'include-false-by-default',
      query: 'query ($b: Boolean = false) { desk { price never @include(if: $b) } }',
      expected: { data: { desk: { price: 70 } } },
    },
    {
      name: 'skip-true-by-default',
      query: 'query ($b: Boolean = true) { desk { price never @skip(if: $b) } }',
      expected: { data: { desk: { price: 70 } } },
    },
    {
      name: 'include-true-by-default',
      query: 'query ($b: Boolean = true) { desk { price light @include(if: $b) } }',
      expected: { data: { desk: { price: 70, light: false } } },
    },
    {
      name: 'skip-false-by-default',
      query: 'query ($b: Boolean = false) { desk { price heavy @skip(if: $b) } }',
      expected: { data: { desk: { price: 70, heavy: true } } },
    },
    {
      name: 'variable-over-the-default',
      query: 'query ($b: Boolean = true) { desk { id nor @include(if: $b) heavy @skip(if: $b) } }',
      variables: { b: false },
      expected: { data: { desk: { id: 'd1', heavy: true } } },
    },
    {
      name: 'literals',
      query: '{ desk { never @skip(if: true) nor @include(if: false) light @include(if: true) } }',
      expected: { data: { desk: { light: false } } },
    },
    {
      name: 'both-on-one-field',
      query:
        'query ($y: Boolean!, $n: Boolean!) { desk { heavy @include(if: $y) @skip(if: $n) nor @include(if: $y) @skip(if: $y) } }',
      variables: { y: true, n: false },
      expected: { data: { desk: { heavy: true } } },
    },
    {
      name: 'on-fragments',
      query:
        'query ($n: Boolean!) { desk { ... @include(if: $n) { never } ... on Desk @skip(if: $n) { light } ...N @include(if: $n) } } fragment N on Desk { nor }',
      variables: { n: false },
      expected: { data: { desk: { light: false } } },
    },
    {
      name: 'on-the-root',
      query: 'query ($n: Boolean!) { desk @include(if: $n) { never } other: desk @skip(if: $n) { price } }',
      variables: { n: false },
      expected: { data: { other: { price: 70 } } },
    },
    {
      name: 'all-left-out',
      query: 'query ($n: Boolean!) { desk { nor @include(if: $n) } }',
      variables: { n: false },
      expected: { data: { desk: {} } },
    },
    {
      name: 'left-out-here-and-not-there',
      query: 'query ($n: Boolean!) { desk { price @include(if: $n) light price } }',
      variables: { n: false },
      expected: { data: { desk: { light: false, price: 70 } } },
    },
    {
      name: 'nested',
      query:
        'query ($y: Boolean!, $n: Boolean!) { desk { ... @include(if: $y) { heavy ... @include(if: $n) { nor } light @skip(if: $n) } } }',
      variables: { y: true, n: false },
      expected: { data: { desk: { heavy: true, light: false } } },
    },
  ],
};

export const executableDirectives: Suite = {
  name: 'executable-directives',
  about:
    'Clients may use a directive that all subgraphs define, with a default of an enum; it changes no answer.',
  subgraphs: {
    one: {
      sdl: `directive @trace(level: Level! = LOW) on FIELD enum Level { LOW HIGH } type Query { one: String! level: Level! }`,
      root: { one: '1', level: 'LOW' },
    },
    two: {
      sdl: `directive @trace(level: Level! = LOW) on FIELD enum Level { LOW HIGH } type Query { two: String! }`,
      root: { two: '2' },
    },
  },
  monolith: { one: '1', two: '2', level: 'LOW' },
  cases: [
    {
      name: 'with-the-default',
      query: '{ one @trace two @trace }',
      expected: { data: { one: '1', two: '2' } },
    },
    {
      name: 'with-an-argument',
      query: 'query ($l: Level!) { one @trace(level: HIGH) two @trace(level: $l) }',
      variables: { l: 'LOW' },
      expected: { data: { one: '1', two: '2' } },
    },
    { name: 'unknown', query: '{ one @nothing }', expected: { data: null, errors: true } },
  ],
};

export const introspection: Suite = {
  name: 'introspection',
  about: 'The gateway answers for the schema, next to what the subgraphs answer.',
  subgraphs: {
    one: {
      sdl: `type Query { thing: Thing! } type Thing @key(fields: "id") { id: ID! "The name." name: String! old: Int @deprecated(reason: "gone") }`,
      root: { thing: { id: 't', name: 'T', old: 1 } },
      entities: { Thing: ({ id }) => ({ id, name: 'T', old: 1 }) },
    },
    two: {
      sdl: `type Thing @key(fields: "id") { id: ID! size: Int! } interface Sized { size: Int! } type Box implements Sized { size: Int! } type Query { boxes: [Sized!]! }`,
      root: { boxes: [{ __typename: 'Box', size: 1 }] },
      entities: { Thing: ({ id }) => ({ id, size: 3 }) },
    },
  },
  monolith: { thing: { id: 't', name: 'T', old: 1, size: 3 }, boxes: [{ __typename: 'Box', size: 1 }] },
  cases: [
    {
      name: 'merged-type',
      query: '{ __type(name: "Thing") { kind fields { name } } }',
      expected: {
        data: { __type: { kind: 'OBJECT', fields: [{ name: 'id' }, { name: 'name' }, { name: 'size' }] } },
      },
    },
    {
      name: 'next-to-data',
      query: '{ thing { size name } __type(name: "Sized") { possibleTypes { name } } }',
      expected: { data: { thing: { size: 3, name: 'T' }, __type: { possibleTypes: [{ name: 'Box' }] } } },
    },
    {
      name: 'no-trace-of-federation',
      query:
        '{ e: __type(name: "_Entity") { name } a: __type(name: "_Any") { name } j: __type(name: "join__Graph") { name } }',
      expected: { data: { e: null, a: null, j: null } },
    },
    {
      name: 'deprecated',
      query:
        'query ($all: Boolean!) { __type(name: "Thing") { fields(includeDeprecated: $all) { name isDeprecated deprecationReason } } }',
      variables: { all: true },
      expected: {
        data: {
          __type: {
            fields: [
              { name: 'id', isDeprecated: false, deprecationReason: null },
              { name: 'name', isDeprecated: false, deprecationReason: null },
              { name: 'old', isDeprecated: true, deprecationReason: 'gone' },
              { name: 'size', isDeprecated: false, deprecationReason: null },
            ],
          },
        },
      },
    },
    {
      name: 'roots',
      query: '{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }',
      expected: {
        data: { __schema: { queryType: { name: 'Query' }, mutationType: null, subscriptionType: null } },
      },
    },
    {
      name: 'no-entities-field',
      query: '{ _entities(representations: []) { __typename } }',
      expected: { data: null, errors: true },
    },
  ],
};
