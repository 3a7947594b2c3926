/** The entity cache on the real stack: what auth lets everybody see, how often it is asked for it, and how soon a change is seen on every gateway. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { requestData } from '#tests/harness/client.ts';
import { createGroup, followConversation, messagesOf, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import type { RequestCounter } from './request-counter.ts';
import { startRequestCounter } from './request-counter.ts';

let network: Network;
const counters: RequestCounter[] = [];
/** Requests for entities of auth, by both gateways. */
const entityRequests = () => counters.reduce((sum, counter) => sum + counter.entityRequests(), 0);

before(async () => {
  network = await startNetwork({
    name: 'entities',
    copies: { gateway: 2 },
    wire: async ({ name, environment }) => {
      if (name !== 'gateway') return;
      const counter = await startRequestCounter(environment.AUTH_SUBGRAPH_URL ?? '');
      counters.push(counter);
      environment.AUTH_SUBGRAPH_URL = counter.url;
    },
  });
});
after(async () => {
  await network[Symbol.asyncDispose]();
  for (const counter of counters) await counter[Symbol.asyncDispose]();
});

test('many live events of one author cost one request, for every viewer of a gateway', async () => {
  const { gatewayUrl } = network;
  const [ada, linus, grace] = await Promise.all(
    ['Ada', 'Linus', 'Grace'].map((name) => signUp(network, name)),
  );
  assert.ok(ada !== undefined && linus !== undefined && grace !== undefined);
  const conversationId = await createGroup(gatewayUrl, ada, [linus, grace]);
  await using linusSees = followConversation([gatewayUrl], linus, { conversationId });
  await linusSees.waitFor('CaughtUp', (items) => items.length > 0);
  const sendMany = async (count: number) => {
    for (let n = 0; n < count; n += 1)
      await sendMessage(gatewayUrl, ada, { conversationId, text: `text ${n}` });
  };
  const before = entityRequests();
  await sendMany(20);
  await linusSees.waitFor('20 messages', () => messagesOf(linusSees).length === 20);
  assert.equal(entityRequests() - before, 1);
  await using graceSees = followConversation([gatewayUrl], grace, { conversationId });
  await graceSees.waitFor('CaughtUp', (items) => items.length > 0);
  await sendMany(20);
  await graceSees.waitFor('20 messages', () => messagesOf(graceSees).length === 20);
  await linusSees.waitFor('40 messages', () => messagesOf(linusSees).length === 40);
  assert.equal(entityRequests() - before, 1);
  for (const stream of [linusSees, graceSees])
    assert.deepEqual(new Set(messagesOf(stream).map(({ sender }) => sender.displayName)), new Set(['Ada']));
  const metrics = await (await fetch(new URL('/metrics', gatewayUrl))).text();
  assert.match(metrics, /^gateway_entity_cache_hits_total\{.*subgraph="auth".*\} [1-9]/m);
});

const historyDocument = `query History($id: ID!) {
  conversation(id: $id) { messages(last: 5) { nodes { sender { displayName } } } }
}`;

async function readSenders(url: string, viewer: Account, id: string): Promise<string[]> {
  const { conversation } = await requestData<{
    conversation: { messages: { nodes: { sender: { displayName: string } }[] } };
  }>(url, historyDocument, { variables: { id }, token: viewer.accessToken });
  return conversation.messages.nodes.map(({ sender }) => sender.displayName);
}

test('a changed name is seen within a second on every gateway, in history and live', async () => {
  const [first = '', second = ''] = network.gatewayUrls;
  const [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  const conversationId = await createGroup(first, ada, [linus]);
  const streams = network.gatewayUrls.map((url) => followConversation([url], linus, { conversationId }));
  await using _streams = new AsyncDisposableStack();
  for (const stream of streams) {
    _streams.use(stream);
    await stream.waitFor('CaughtUp', (items) => items.length > 0);
  }
  await sendMessage(first, ada, { conversationId, text: 'before' });
  for (const stream of streams) await stream.waitFor('a message', () => messagesOf(stream).length === 1);
  for (const url of [first, second]) assert.deepEqual(await readSenders(url, linus, conversationId), ['Ada']);
  const before = entityRequests();
  for (const url of [first, second]) assert.deepEqual(await readSenders(url, linus, conversationId), ['Ada']);
  assert.equal(entityRequests(), before, 'the name was not kept');

  await requestData(first, 'mutation { updateProfile(input: { displayName: "Countess" }) { __typename } }', {
    token: ada.accessToken,
  });
  const changedAt = performance.now();
  const seenAfterMs = await Promise.all(
    [first, second].map(async (url) => {
      while ((await readSenders(url, linus, conversationId))[0] !== 'Countess') await delay(10);
      return performance.now() - changedAt;
    }),
  );
  assert.ok(Math.max(...seenAfterMs) < 1_000, `seen after ${seenAfterMs.map(Math.round).join(' and ')} ms`);
  await sendMessage(second, ada, { conversationId, text: 'after' });
  for (const stream of streams) {
    await stream.waitFor('the next message', () => messagesOf(stream).length === 2);
    assert.equal(messagesOf(stream)[1]?.sender.displayName, 'Countess');
  }
});

test('auth lets everybody see users by reference, and nothing else', async () => {
  const ada = await signUp(network, 'Ada');
  const { internalKey } = JSON.parse(readFileSync(join(network.folder, 'secrets.json'), 'utf8')) as {
    internalKey: string;
  };
  const ask = async (query: string, token: string | null = ada.accessToken) => {
    const variables = { representations: [{ __typename: 'User', id: ada.userId }] };
    const response = await fetch(network.subgraphUrls.auth, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-internal-key': internalKey,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return { cacheControl: response.headers.get('cache-control'), text: await response.text() };
  };
  const fields = 'id handle displayName avatarUrl bio createdAt';
  const entities = `_entities(representations: $representations) { ... on User { ${fields} } }`;
  const reference = `query($representations: [_Any!]!) { ${entities} }`;
  const forAda = await ask(reference);
  assert.equal(forAda.cacheControl, 'max-age=60, public');
  const linus = await signUp(network, 'Linus');
  for (const token of [null, linus.accessToken]) assert.deepEqual(await ask(reference, token), forAda);
  const viewer = `viewer { user { ${fields} } email sessions { id current } }`;
  for (const query of [
    `{ ${viewer} }`,
    '{ viewer { user { id } } }',
    `{ user(id: "${ada.userId}") { ${fields} } }`,
    `{ userByHandle(handle: "${ada.handle}") { ${fields} } }`,
    `{ searchUsers(query: "ada") { nodes { ${fields} } } }`,
    `query($representations: [_Any!]!) { ${entities} viewer { user { id } } }`,
    `query($representations: [_Any!]!) { ${entities} user(id: "${ada.userId}") { id } }`,
    '{ _entities(representations: []) { __typename } }',
    `mutation { updateProfile(input: { bio: "x" }) { ... on UpdateProfileSuccess { ${viewer} } } }`,
    'mutation { login(input: { identifier: "ada", password: "wrong" }) { __typename } }',
    'mutation { requestPasswordReset(email: "nobody@example.com") { accepted } }',
    '{ __typename }',
  ])
    assert.equal((await ask(query)).cacheControl, 'no-store', query);
  const forged = await ask(reference, `${ada.accessToken.slice(0, -4)}AAAA`);
  assert.doesNotMatch(forged.cacheControl ?? '', /public/);
  assert.match(forged.text, /UNAUTHENTICATED/);
});
