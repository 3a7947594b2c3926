/** Where compiled operations answer otherwise than Apollo's executor on the same plan, and why they are right: by GraphQL (October 2021), section by section. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executeBoth } from './canned-answers.ts';

const things = {
  a: 'type Query { things: [Thing] } union Thing = One | Two  type One @key(fields: "id") { id: ID! } type Two { n: Int }',
  b: 'type One @key(fields: "id") { id: ID! name: String }',
};

test('6.3.2: fields stand in the order in which they are met first, __typename among them', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: { sdl: 'type Query { v: V } type V { a: Int b: Int }', answers: [{ data: { v: { a: 1, b: 2 } } }] },
    },
    '{ v { ... on V { a } __typename } v { ... on V { b } } }',
  );
  assert.equal(ours.data, '{"v":{"a":1,"__typename":"V","b":2}}');
  assert.equal(apollo.data, '{"v":{"a":1,"b":2,"__typename":"V"}}');
});

test('7.1.2: the path of an error leads to the entity it is of, also when others before it were not asked for', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: things.a,
        answers: [{ data: { things: [{ __typename: 'Two' }, { __typename: 'One', id: '1' }] } }],
      },
      b: {
        sdl: things.b,
        answers: [
          {
            data: { _entities: [{ name: null }] },
            errors: [{ message: 'no', path: ['_entities', 0, 'name'] }],
          },
        ],
      },
    },
    '{ things { ... on One { name } } }',
  );
  assert.equal(ours.data, '{"things":[{},{"name":null}]}');
  assert.equal(ours.errors[0]?.path, '["things",1,"name"]');
  assert.equal(apollo.errors[0]?.path, '["things",0,"name"]');
});

test('7.1.2: an error of a whole fetch has no path; Apollo makes one up', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: { sdl: things.a, answers: [{ data: { things: [{ __typename: 'One', id: '1' }] } }] },
      b: { sdl: things.b, answers: [{ data: null, errors: [{ message: 'no', path: ['_entities'] }] }] },
    },
    '{ things { ... on One { name } } }',
  );
  assert.equal(ours.errors[0]?.path, 'undefined');
  assert.equal(apollo.errors[0]?.path, '["things","@","_entities"]');
});

test('6.4.3: 0, false and the empty text are values; Apollo loses them where the plan renames a field', async () => {
  const fields = 'm: Int @shareable';
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: `type Query { u: [U] } union U = S | T
          type S @key(fields: "id") { id: ID! m: Int! @shareable } type T @key(fields: "id") { id: ID! ${fields} }`,
        answers: [{ data: { u: [{ __typename: 'T', m__alias_0: 0 }] } }],
      },
      b: {
        sdl: `type S @key(fields: "id") { id: ID! ${fields} } type T @key(fields: "id") { id: ID! ${fields} }`,
        answers: [],
      },
    },
    '{ u { ... on S { m } ... on T { m } } }',
  );
  assert.equal(ours.data, '{"u":[{"m":0}]}');
  assert.equal(apollo.data, '{"u":[{"m":null}]}');
});

test('6.3.2: a fragment applies to what the object is, behind other fragments too', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: 'type Query { v: V } interface N { n: Int } type V implements N { n: Int } union U = V',
        answers: [{ data: { v: { n: 1 } } }],
      },
    },
    '{ v { ... on U { ... on N { n } } } }',
  );
  assert.equal(ours.data, '{"v":{"n":1}}');
  assert.equal(apollo.data, '{"v":{}}');
});

test('6.4.3: an object is of its object type, whatever a subgraph with an interface object calls it', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: `type Query { t: T } interface I @key(fields: "id") { id: ID! }
          type T implements I @key(fields: "id") { id: ID! }`,
        answers: [{ data: { t: { __typename: 'T', id: '1' } } }],
      },
      b: {
        sdl: 'type I @key(fields: "id") @interfaceObject { id: ID! extra: Int }',
        answers: [{ data: { _entities: [{ __typename: 'I', extra: 1 }] } }],
      },
    },
    '{ t { __typename extra } }',
  );
  assert.equal(ours.data, '{"t":{"__typename":"T","extra":1}}');
  assert.equal(apollo.data, '{"t":null}');
});

test('6.4.4: an object that is null because its type could not be learned is told of', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: `interface I @key(fields: "id") { id: ID! } type T implements I @key(fields: "id") { id: ID! }`,
        answers: [{ data: { _entities: [null] } }],
      },
      b: {
        sdl: 'type Query { i: I } type I @key(fields: "id") @interfaceObject { id: ID! }',
        answers: [{ data: { i: { __typename: 'I', id: '1' } } }],
      },
    },
    '{ i { __typename } }',
  );
  assert.equal(ours.data, '{"i":null}');
  assert.equal(ours.violations[0]?.path, '["i","__typename"]');
  assert.equal(apollo.data, '{"i":null}');
  assert.deepEqual(apollo.violations, []);
});

test('6.4.4: what must not be null is told of as an error, where Apollo has it in extensions', async () => {
  const { apollo, ours } = await executeBoth(
    { a: { sdl: 'type Query { v: V } type V { n: Int! }', answers: [{ data: { v: { n: null } } }] } },
    '{ v { n } }',
  );
  assert.equal(ours.data, '{"v":null}');
  assert.equal(ours.violations[0]?.path, '["v","n"]');
  assert.deepEqual(
    [apollo.data, apollo.errors.length, apollo.violations[0]?.path],
    ['{"v":null}', 0, '["v","n"]'],
  );
});

test('6.4.4: what an object type promises holds where an interface promises less', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: 'type Query { i: I } interface I { n: Int } type V implements I { n: Int! }',
        answers: [{ data: { i: { __typename: 'V', n: null } } }],
      },
    },
    '{ i { n } }',
  );
  assert.equal(ours.data, '{"i":null}');
  assert.equal(apollo.data, '{"i":{"n":null}}');
});

test('6.4.3: lists of lists that two subgraphs have a part of are merged', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: `type Query { t: T } type T @key(fields: "id") { id: ID! list: [[V]] @shareable } type V { a: Int }`,
        answers: [{ data: { t: { __typename: 'T', id: '1', list: [[{ a: 1 }]] } } }],
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! list: [[V]] @shareable } type V { b: Int }',
        answers: [{ data: { _entities: [{ list: [[{ b: 2 }]] }] } }],
      },
    },
    '{ t { list { a b } } }',
  );
  assert.equal(ours.data, '{"t":{"list":[[{"a":1,"b":2}]]}}');
  assert.equal(apollo.data, '{"t":{"list":[[{"a":null,"b":2}]]}}');
});

test('6.4.4: one error is enough for an object that becomes null; ours reads on where Apollo stops', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: 'type Query { v: V } type V { w: W! n: Int! } type W { a: Int! b: Int! }',
        answers: [{ data: { v: { w: { a: null, b: 1 }, n: 1 } } }],
      },
    },
    '{ v { w { b } n w { a } } }',
  );
  assert.equal(ours.data, '{"v":null}');
  assert.equal(apollo.data, '{"v":null}');
  assert.deepEqual(
    ours.violations.map(({ path }) => path),
    ['["v","w","a"]'],
  );
});

test('an entity without all that is required of it is not asked for, so no resolver sees half of it', async () => {
  const { apollo, ours } = await executeBoth(
    {
      a: {
        sdl: 'type Query { t: T } type T @key(fields: "id") { id: ID! price: Int }',
        answers: [{ data: { t: { __typename: 'T', id: '1' } } }],
      },
      b: {
        sdl: 'type T @key(fields: "id") { id: ID! price: Int @external tax: Int @requires(fields: "price") name: String }',
        answers: [{ data: { _entities: [{ tax: 7, name: 'x' }] } }],
      },
    },
    '{ t { tax ... on T @skip(if: false) { name } } }',
  );
  assert.equal(apollo.data, '{"t":{"tax":7,"name":"x"}}');
  assert.equal(ours.data, '{"t":{"tax":null,"name":null}}');
});
