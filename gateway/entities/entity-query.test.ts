/** Which requests are entity fetches, and which of them go together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toCanonicalText } from './canonical-text.ts';
import { createEntityFetchReader } from './entity-query.ts';

const read = createEntityFetchReader().read;
const ada = { __typename: 'User', id: 'ada' };
const linus = { __typename: 'User', id: 'linus' };
const query = (name: string, selection = 'displayName') =>
  `query ${name}($representations:[_Any!]!){_entities(representations:$representations){...on User{${selection}}}}`;

function readFetch(text: string, variables: Record<string, unknown>) {
  const fetch = read({ query: text, variables });
  assert.ok(fetch !== null);
  return fetch;
}

test('each entity is wanted once, with the places where it stands', () => {
  const sameAda = { id: 'ada', __typename: 'User' };
  const { wanted, length } = readFetch(query('A'), { representations: [ada, linus, sameAda] });
  assert.equal(length, 3);
  assert.deepEqual(
    wanted.map(({ representation, indexes }) => [representation.id, indexes]),
    [
      ['ada', [0, 2]],
      ['linus', [1]],
    ],
  );
});

test('the name that a client gave its operation makes no difference, everything else does', () => {
  const representations = [ada];
  const scopeOf = (text: string, others: object = {}) =>
    readFetch(text, { representations, ...others }).scope;
  assert.equal(scopeOf(query('A')), scopeOf(query('B')));
  assert.equal(scopeOf(query('A')), scopeOf(query('').replace('query (', 'query(')));
  assert.equal(
    scopeOf(query('A'), { a: 1, b: { c: 2, d: 3 } }),
    scopeOf(query('A'), { b: { d: 3, c: 2 }, a: 1 }),
  );
  const apart = [
    scopeOf(query('A')),
    scopeOf(query('A', 'name: displayName')),
    scopeOf(query('A'), { withName: true }),
    scopeOf(query('A'), { withName: false }),
  ];
  assert.equal(new Set(apart.map(({ id }) => id)).size, apart.length);
});

test('what the planner generates for fragments is an entity fetch too', () => {
  const text = `query A__auth__1($representations: [_Any!]!, $full: Boolean!) {
    _entities(representations: $representations) { ... on User { ...names @include(if: $full) } }
  } fragment names on User { displayName }`;
  assert.ok(read({ query: text, variables: { representations: [ada], full: true } }) !== null);
});

test('anything else passes by', () => {
  const representations = [ada];
  for (const text of [
    'query($representations:[_Any!]!){user(id:"1"){id}}',
    'query($representations:[_Any!]!){_entities(representations:$representations){__typename} viewer{email}}',
    'query($representations:[_Any!]!){all:_entities(representations:$representations){__typename}}',
    'query($representations:[_Any!]!){_entities(representations:$representations)@skip(if:false){__typename}}',
    'query($representations:[_Any!]!)@live{_entities(representations:$representations){__typename}}',
    'query($others:[_Any!]!){_entities(representations:$others){__typename}}',
    'mutation($representations:[_Any!]!){_entities(representations:$representations){__typename}}',
    'query A($representations:[_Any!]!){_entities(representations:$representations){__typename}} query B{viewer{email}}',
  ])
    assert.equal(read({ query: text, variables: { representations } }), null, text);
  for (const variables of [
    undefined,
    {},
    { representations: [] },
    { representations: ada },
    { representations: [null] },
  ])
    assert.equal(read({ query: query('A'), ...(variables === undefined ? {} : { variables }) }), null);
});

test('equal values have equal canonical texts, different ones do not', () => {
  const shuffle = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(shuffle);
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, inner]) => [name, shuffle(inner)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const text = toCanonicalText(one);
      assert.equal(text, toCanonicalText(shuffle(one)));
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(one)));
      const isEqual = JSON.stringify(JSON.parse(text)) === JSON.stringify(JSON.parse(toCanonicalText(other)));
      assert.equal(text === toCanonicalText(other), isEqual);
    }),
  );
});
