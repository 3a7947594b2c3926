/** An operation is answered by Apollo Server when it is new and by the lean front when it is known: clients must not be able to tell. Over HTTP, whole federation. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { createGroup, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

let network: Network;
let ada: Account;
let conversationId: string;

before(async () => {
  network = await startNetwork({ name: 'known' });
  const [first, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  ada = first;
  conversationId = await createGroup(network.gatewayUrl, ada, [linus]);
  for (const text of ['one', 'two "errors"', '"extensions"'])
    await sendMessage(network.gatewayUrl, ada, { conversationId, text });
});
after(() => network[Symbol.asyncDispose]());

interface Ask {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string | null;
}

/** Headers that say something to clients and to what stands between. */
const headerNames = [
  ...['content-type', 'cache-control', 'vary', 'content-encoding'],
  ...['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers'],
];

async function ask({ query, variables, operationName, headers, token = ada.accessToken }: Ask) {
  const response = await fetch(network.gatewayUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const seen = headerNames.map((name) => [name, response.headers.get(name)]);
  return { status: response.status, headers: Object.fromEntries(seen), body: await response.text() };
}

/** How many the front has answered. */
async function countFront(): Promise<number> {
  const response = await fetch(new URL('/metrics', network.gatewayUrl));
  const [, count] =
    /gateway_http_operations_total\{[^}]*by="front"[^}]*\} (\d+)/.exec(await response.text()) ?? [];
  return Number(count ?? 0);
}

const history = `query History($id: ID!, $with: Boolean = true) {
  conversation(id: $id) { id title messages(first: 10) { nodes { seq text sender @include(if: $with) { displayName } } } }
}`;
const nobody = 'query Nobody($id: ID!) { user(id: $id) { id displayName } }';

const cases: readonly (readonly [string, (id: string) => Ask])[] = [
  ['one subgraph', () => ({ query: '{ viewer { handle email } }' })],
  ['several subgraphs', (id) => ({ query: history, variables: { id } })],
  ['a field left out', (id) => ({ query: history, variables: { id, with: false } })],
  ['by its name', (id) => ({ query: history, variables: { id }, operationName: 'History' })],
  ['null', () => ({ query: nobody, variables: { id: 'user_01h2xcejqtf2nbrexx3vqjhp41' } })],
  ['variables that are missing', () => ({ query: nobody })],
  ['variables of another type', () => ({ query: nobody, variables: { id: { a: 1 } } })],
  ['a variable nobody declared', (id) => ({ query: history, variables: { id, other: 1 } })],
  ['an error of a subgraph', () => ({ query: nobody, variables: { id: 'nonsense' } })],
  ['not signed in', () => ({ query: '{ viewer { id } }', token: null })],
  ['a token that is refused', () => ({ query: '{ viewer { handle } }', token: 'a.b.c' })],
  [
    'introspection beside data',
    () => ({ query: '{ __typename viewer { handle } __type(name: "User") { name } }' }),
  ],
  [
    'a mutation that is refused',
    () => ({
      query: 'mutation M($input: LoginInput!) { login(input: $input) { __typename } }',
      variables: { input: { identifier: 'nobody', password: 'not the password' } },
      token: null,
    }),
  ],
  ['JSON only', () => ({ query: nobody, headers: { accept: 'application/json' } })],
  [
    'the newer type',
    (id) => ({ query: history, variables: { id }, headers: { accept: 'application/graphql-response+json' } }),
  ],
  [
    'as Apollo Client accepts',
    () => ({
      query: nobody,
      headers: { accept: 'application/graphql-response+json,application/json;q=0.9' },
    }),
  ],
  [
    'a page of this host',
    (id) => ({ query: history, variables: { id }, headers: { origin: 'http://localhost:3000' } }),
  ],
  [
    'a foreign page',
    () => ({ query: '{ viewer { handle } }', headers: { origin: 'https://elsewhere.example' } }),
  ],
];

for (const [name, make] of cases)
  test(`${name}: the same answer when it is known`, async () => {
    const asked = make(conversationId);
    // Of this text nobody has asked before.
    const query = `${asked.query} # ${name}`;
    const first = await ask({ ...asked, query });
    const second = await ask({ ...asked, query });
    const third = await ask({ ...asked, query });
    assert.deepEqual(second, first);
    assert.deepEqual(third, first);
  });

test('known operations are answered by the front, others are not', async () => {
  const query = '{ viewer { handle id } } # counted';
  const before = await countFront();
  await ask({ query });
  assert.equal(await countFront(), before);
  await ask({ query });
  await ask({ query, headers: { accept: 'application/json;q=0.1' } });
  assert.equal(await countFront(), before + 1);
});

test('texts that look like keys of an answer are passed on', async () => {
  const query = `query($id: ID!) { conversation(id: $id) { messages(first: 10) { nodes { text } } } }`;
  const asked = { query, variables: { id: conversationId } };
  const texts = [await ask(asked), await ask(asked)].map(({ body }) =>
    JSON.parse(body).data.conversation.messages.nodes.map(({ text }: { text: string }) => text),
  );
  assert.deepEqual(texts[1], texts[0]);
  assert.deepEqual(new Set(texts[0]), new Set(['one', 'two "errors"', '"extensions"']));
});
