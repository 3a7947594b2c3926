/**
 * Streams over every connection a client may choose, on the whole federation: a token renewed on an open socket, server-sent events, multipart, and a
 * chat copy that dies without the client noticing.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { signIn } from '#clients/examples/session.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { renewTokens, signUp } from '#tests/harness/accounts.ts';
import {
  createGroup,
  followConversation,
  messagesOf,
  readHistory,
  sendMessage,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { openAcknowledged } from '#tests/harness/raw-socket.ts';

let network: Network;
let url: string;
let ada: Account;
let conversationId: string;
let gatewayPid: number;
const accessTokenTtlMs = 12_000;

before(async () => {
  network = await startNetwork({
    name: 'connections',
    copies: { chat: 2 },
    environment: { ACCESS_TOKEN_TTL_MS: String(accessTokenTtlMs) },
  });
  url = network.gatewayUrl;
  gatewayPid = network.processes.get('gateway')?.pid() ?? 0;
  ada = await signUp(network, 'Ada');
  conversationId = await createGroup(url, ada, []);
});
after(() => network[Symbol.asyncDispose]());

const query = `subscription ($id: ID!) { conversationEvents(conversationId: $id) {
  __typename ... on MessageCreated { message { text sender { displayName } } }
} }`;

/** Reads a stream of text until it holds `wanted`. */
async function readUntil(response: Response, wanted: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes(wanted)) break;
  }
  return text;
}

async function openHttp(headers: Record<string, string>, body: object): Promise<Response> {
  await renewTokens(network, ada);
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${ada.accessToken}`,
      ...headers,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
}

test('server-sent events, a connection for the operation', async () => {
  const operation = { query, variables: { id: conversationId } };
  const response = await openHttp({ accept: 'text/event-stream' }, operation);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  void delay(300).then(() => sendMessage(url, ada, { conversationId, text: 'by events' }));
  const text = await readUntil(response, 'by events');
  assert.match(
    text,
    /event: next\ndata: \{"data":\{"conversationEvents":\{"__typename":"CaughtUp"\}\}\}\n\n/,
  );
  assert.match(text, /"sender":\{"displayName":"Ada"\}/);
});

test('the gateway measures how old an event is when it is written', async () => {
  const figures = await (await fetch(new URL('/metrics', url))).text();
  const read = (what: string) =>
    Number(new RegExp(`^gateway_subscription_event_age_seconds_${what}\\S* (.+)$`, 'm').exec(figures)?.[1]);
  assert.ok(read('count') >= 1);
  assert.ok(read('sum') > 0 && read('sum') < 5 * read('count'), `${read('sum')} s`);
});

test("Apollo's multipart subscriptions, with heartbeats", async () => {
  const operation = { query, variables: { id: conversationId } };
  const accept = 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0",application/json';
  const response = await openHttp({ accept }, operation);
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^multipart\/mixed; ?boundary="graphql"/);
  void delay(5_500).then(() => sendMessage(url, ada, { conversationId, text: 'in parts' }));
  const parts = (await readUntil(response, 'in parts')).split('--graphql');
  assert.ok(
    parts.some((part) =>
      part.endsWith('{"payload":{"data":{"conversationEvents":{"__typename":"CaughtUp"}}}}\r\n'),
    ),
  );
  assert.ok(
    parts.some((part) => part.endsWith('\r\n\r\n{}\r\n')),
    'no heartbeat came',
  );
});

test('server-sent events, many operations on one connection', async () => {
  await renewTokens(network, ada);
  const authorization = `Bearer ${ada.accessToken}`;
  const reserved = await fetch(url, { method: 'PUT', headers: { authorization } });
  assert.equal(reserved.status, 201);
  const token = { 'x-graphql-event-stream-token': await reserved.text() };
  const stream = await fetch(url, { headers: { accept: 'text/event-stream', ...token } });
  assert.equal(stream.status, 200);
  for (const operationId of ['one', 'two']) {
    const operation = { query, variables: { id: conversationId }, extensions: { operationId } };
    const accepted = await openHttp(token, operation);
    assert.equal(accepted.status, 202);
  }
  const ended = await fetch(`${url}?operationId=two`, { method: 'DELETE', headers: token });
  assert.equal(ended.status, 200);
  await delay(500);
  void sendMessage(url, ada, { conversationId, text: 'on one' });
  const text = await readUntil(stream, 'on one');
  assert.match(
    text,
    /data: \{"id":"one","payload":\{"data":\{"conversationEvents":\{"__typename":"MessageCreated"/,
  );
  assert.ok(
    !text.includes('"id":"two","payload":{"data":{"conversationEvents":{"__typename":"MessageCreated"'),
  );
});

test('a newer token on an open socket: its streams outlive the old one', async () => {
  await renewTokens(network, ada);
  const socket = await openAcknowledged(url, ada.accessToken);
  socket.send({ id: '1', type: 'subscribe', payload: { query, variables: { id: conversationId } } });
  await socket.waitFor(({ type }) => type === 'next');
  await delay(accessTokenTtlMs / 2);
  await renewTokens(network, ada);
  socket.send({ type: 'ping', payload: { authorization: `Bearer ${ada.accessToken}` } });
  const { payload } = await socket.waitFor(({ type }) => type === 'pong');
  assert.ok(Date.parse((payload as { expiresAt: string }).expiresAt) > Date.now());
  await delay(accessTokenTtlMs * 0.75);
  await sendMessage(url, ada, { conversationId, text: 'after the first token' });
  await socket.waitFor((frame) => JSON.stringify(frame).includes('after the first token'));
  socket.close();
  assert.equal(await socket.closed, 1005);
});

test('the session of the examples has a token that is good, also when the first has ended', async () => {
  const readToken = await signIn(url, { identifier: ada.handle, password: ada.password });
  const first = await readToken();
  assert.equal(await readToken(), first);
  await delay(accessTokenTtlMs + 100);
  const next = await readToken();
  assert.notEqual(next, first);
  await readHistory(url, { ...ada, accessToken: next }, conversationId);
});

test('a chat copy that dies is not noticed by those who read', async () => {
  await renewTokens(network, ada);
  const before = (await readHistory(url, ada, conversationId)).length;
  await using live = followConversation([url], ada, { conversationId });
  await live.waitFor('caught up', (items) => items.length > 0);
  const copies = ['chat-1', 'chat-2'].map((name) => network.processes.get(name));
  for (let n = 1; n <= 40; n += 1) {
    if (n === 10) copies[0]?.kill('SIGKILL');
    await sendMessage(url, ada, { conversationId, text: `across ${n}` });
    await delay(50);
  }
  await live.waitFor('all of them', () => messagesOf(live).length >= 40);
  const history = await readHistory(url, ada, conversationId);
  assert.deepEqual(
    messagesOf(live).map(({ text }) => text),
    history.slice(before).map(({ text }) => text),
  );
  assert.deepEqual(live.closes, []);
});

test('an id that is taken closes the socket and nothing else, however long it is', async () => {
  await renewTokens(network, ada);
  const socket = await openAcknowledged(url, ada.accessToken);
  const id = 'x'.repeat(2_000);
  for (let n = 0; n < 2; n += 1)
    socket.send({ id, type: 'subscribe', payload: { query, variables: { id: conversationId } } });
  assert.equal(await socket.closed, 4409);
  assert.equal(network.processes.get('gateway')?.pid() ?? 0, gatewayPid);
});

test('clients that accept everything get JSON', async () => {
  const accept = 'application/graphql-response+json, application/json, text/event-stream, multipart/mixed';
  const response = await openHttp({ accept }, { query: '{ viewer { user { displayName } } }' });
  assert.deepEqual(await response.json(), { data: { viewer: { user: { displayName: 'Ada' } } } });
});
