/** What a subgraph of the federation audit refuses, so that a wrong plan does not pass for a right one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStrictSubgraph } from './strict-subgraph.ts';

const subgraph = createStrictSubgraph({
  sdl: `type Query { known: Thing! }
    type Thing @key(fields: "id") @key(fields: "place { shelf row }", resolvable: false) {
      id: ID! place: Place name: String @external size: Int double: Int @requires(fields: "name")
    }
    type Place { shelf: Int row: Int }`,
  root: { known: { id: 'k', size: 1 } },
  entities: { Thing: (reference) => ({ ...reference, size: 2 }) },
  fields: { Thing: { double: ({ name }) => (name === undefined ? undefined : `${name}`.length * 2) } },
});

async function ask(fields: string, ...representations: readonly object[]) {
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Thing { ${fields} } } }`;
  const { data, errors = [] } = await subgraph.answer({ query, variables: { r: representations } });
  return {
    entities: JSON.parse(JSON.stringify(data?._entities)),
    messages: errors.map((one) => one.message),
  };
}

test('answers references by a key that it resolves, with what came along', async () => {
  const answer = await ask('size double', { __typename: 'Thing', id: 'a', name: 'abc' });
  assert.deepEqual(answer, { entities: [{ size: 2, double: 6 }], messages: [] });
});

test('refuses a reference by a key that it declares and does not resolve, and answers the others', async () => {
  const answer = await ask(
    'size',
    { __typename: 'Thing', place: { shelf: 1, row: 2 } },
    { __typename: 'Thing', id: 'a' },
  );
  assert.deepEqual(answer.entities, [null, { size: 2 }]);
  assert.match(answer.messages.join(), /no key that this subgraph resolves/);
});

test('refuses an external field that it was not given, and what requires it', async () => {
  const answer = await ask('name double', { __typename: 'Thing', id: 'a' });
  assert.deepEqual(answer.entities, [{ name: null, double: null }]);
  assert.deepEqual(answer.messages, ['no data for Thing.name here', 'no data for Thing.double here']);
});

test('refuses what its schema does not have', async () => {
  const { data, errors } = await subgraph.answer({ query: '{ known { color } }' });
  assert.equal(data, undefined);
  assert.match(errors?.[0]?.message ?? '', /Cannot query field "color"/);
});
