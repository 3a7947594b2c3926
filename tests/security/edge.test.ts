/** Attacks on the edge: broken upgrades, sockets that would take others down, cross-site requests, the inside reached from outside, hostile texts everywhere. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { errorCode, request, requestData } from '#tests/harness/client.ts';
import { createGroup, followConversation, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { findFailures } from '#tests/harness/process-logs.ts';
import { resetAfter, sendRaw } from '#tests/harness/raw-connection.ts';
import { openAcknowledged, openRawSocket } from '#tests/harness/raw-socket.ts';
import { hostileTexts, listTextOperations } from './hostile-texts.ts';

let network: Network;
let url: string;
let ada: Account;
let linus: Account;
let eve: Account;
let conversationId: string;
let messageId: string;
let internalKey: string;

before(async () => {
  network = await startNetwork({ name: 'attacks', environment: { INTROSPECTION_ENABLED: 'false' } });
  url = network.gatewayUrl;
  [ada, linus, eve] = (await Promise.all(['Ada', 'Linus', 'Eve'].map((name) => signUp(network, name)))) as [
    Account,
    Account,
    Account,
  ];
  conversationId = await createGroup(url, ada, [linus, eve]);
  messageId = (await sendMessage(url, ada, { conversationId, text: 'for members only' })).messageId;
  await requestData(url, 'mutation($id: ID!) { leaveConversation(conversationId: $id) { __typename } }', {
    variables: { id: conversationId },
    token: eve.accessToken,
  });
  internalKey = (
    JSON.parse(readFileSync(join(network.folder, 'secrets.json'), 'utf8')) as { internalKey: string }
  ).internalKey;
});
after(async () => {
  const failures = findFailures(network);
  await network[Symbol.asyncDispose]();
  assert.deepEqual(failures, [], 'a process failed, crashed or said something that is no log line');
});

describe('connections', () => {
  const upgrades: Record<string, string> = {
    'to a path that has none': 'GET /nope HTTP/1.1\r\nUpgrade: websocket\r\n',
    'from a foreign page': 'GET /graphql HTTP/1.1\r\nOrigin: https://evil.example\r\nUpgrade: websocket\r\n',
    'without a key': 'GET /graphql HTTP/1.1\r\nUpgrade: websocket\r\n',
    'that is right': `GET /graphql HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n`,
  };
  for (const [name, head] of Object.entries(upgrades)) {
    test(`an upgrade ${name}, reset at once, ends no process`, async () => {
      for (const target of [url, ...Object.values(network.subgraphUrls)]) {
        await Promise.all(Array.from({ length: 20 }, (_, n) => resetAfter(target, head, n % 4)));
        await delay(50);
        assert.equal((await fetch(new URL('/health/live', target))).status, 200);
      }
    });
  }

  test('an upgrade to another protocol is answered as the request it is', async () => {
    const answer = await sendRaw(
      url,
      'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1.1 200 /);
  });

  test('an operation or an event that is too long for the inside ends nobody else', async () => {
    await using neighbour = followConversation([url], linus, { conversationId, reconnect: false });
    await neighbour.waitFor('CaughtUp', (items) => items.length > 0);
    const attacker = await openAcknowledged(url, ada.accessToken);
    const aliases = Array.from({ length: 3 }, (_, n) => `${'a'.repeat(2_000)}${n}: __typename`).join(' ');
    attacker.send({
      id: 'long',
      type: 'subscribe',
      payload: {
        query: `subscription($id: ID!, $after: EventCursor) { conversationEvents(conversationId: $id, after: $after) { ${aliases} } }`,
        variables: { id: conversationId, after: 'x'.repeat(58_000) },
      },
    });
    assert.equal((await attacker.waitFor((frame) => frame.id === 'long')).type, 'error');
    const texts = Array.from({ length: 14 }, (_, n) => `t${n}: text`).join(' ');
    attacker.send({
      id: 'wide',
      type: 'subscribe',
      payload: {
        query: `subscription($id: ID!) { conversationEvents(conversationId: $id) { __typename ... on MessageCreated { message { ${texts} } } } }`,
        variables: { id: conversationId },
      },
    });
    await attacker.waitFor((frame) => frame.id === 'wide' && frame.type === 'next');
    // Six bytes each in JSON, fourteen times over.
    await sendMessage(url, ada, { conversationId, text: '\u0001'.repeat(16_000) });
    await neighbour.waitFor('the message', (items) =>
      items.some((item) => item.__typename === 'MessageCreated'),
    );
    await delay(500);
    assert.deepEqual([neighbour.closes, neighbour.errors], [[], []]);
    attacker.close();
  });

  test('a flood of frames, of sockets and of inits ends its own sockets only', async () => {
    const flood = await openAcknowledged(url, linus.accessToken);
    for (let n = 0; n < 500; n += 1) flood.send({ type: 'ping' });
    assert.equal(await flood.closed, 1013);
    const twice = await openAcknowledged(url, linus.accessToken);
    twice.send({ type: 'connection_init' });
    assert.equal(await twice.closed, 4429);
    const sockets = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const socket = await openRawSocket(url);
        socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${linus.accessToken}` } });
        return Promise.race([
          socket.waitFor((frame) => frame.type === 'connection_ack').then(() => socket),
          socket.closed,
        ]);
      }),
    );
    const refused = sockets.filter((socket) => socket === 1013);
    assert.equal(refused.length, 2, 'more than 10 sockets of one user');
    for (const socket of sockets) if (typeof socket !== 'number') socket.close();
  });
});

describe('cross-site requests', () => {
  const query = JSON.stringify({ query: '{ __typename }' });
  const simple: Record<string, [string, RequestInit]> = {
    'GET without a header that pages can not set': ['?query=%7B__typename%7D', {}],
    'text/plain': ['', { method: 'POST', body: query, headers: { 'content-type': 'text/plain' } }],
    'text/plain that says json': [
      '',
      { method: 'POST', body: query, headers: { 'content-type': 'text/plain; application/json' } },
    ],
    'a form': [
      '',
      {
        method: 'POST',
        body: 'query={__typename}',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
    ],
    multipart: [
      '',
      { method: 'POST', body: query, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    ],
    'a mutation by GET': [
      '?query=mutation%7Blogout%7Baccepted%7D%7D',
      { headers: { 'apollo-require-preflight': '1' } },
    ],
    'a batch': [
      '',
      { method: 'POST', body: `[${query},${query}]`, headers: { 'content-type': 'application/json' } },
    ],
  };
  for (const [name, [search, init]] of Object.entries(simple)) {
    test(`${name} is refused`, async () => {
      const response = await fetch(`${url}${search}`, init);
      const text = await response.text();
      assert.ok(response.status >= 400 && response.status < 500, `${response.status} ${text}`);
      assert.doesNotMatch(text, /"data":\{/);
    });
  }

  test('pages of strangers get no CORS headers and no socket', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example', 'file://']) {
      const response = await fetch(url, {
        method: 'POST',
        body: query,
        headers: { origin, 'content-type': 'application/json' },
      });
      assert.equal(response.headers.get('access-control-allow-origin'), null, origin);
      await assert.rejects(openRawSocket(url, { origin }), /403/, origin);
    }
  });
});

describe('the inside', () => {
  test('subgraphs answer nobody without the key, over HTTP and WebSocket', async () => {
    for (const target of Object.values(network.subgraphUrls)) {
      for (const key of [undefined, '', 'guess', `${internalKey} `, internalKey.toUpperCase()]) {
        const answer = await request(target, '{ __typename _service { sdl } }', {
          token: ada.accessToken,
          headers: {
            'x-client-ip': '1.2.3.4',
            ...(key === undefined
              ? {}
              : { 'x-internal-key': key.trim() === internalKey ? `${internalKey}x` : key }),
          },
        });
        assert.deepEqual([answer.status, answer.data], [401, null]);
      }
    }
    for (const payload of [{}, { internalKey: 'guess' }, { internalKey: [internalKey] }]) {
      const socket = await openRawSocket(network.subgraphUrls.chat);
      socket.send({ type: 'connection_init', payload });
      assert.equal(await socket.closed, 4401);
    }
  });

  test('with the key a subgraph still wants a good token, for entities too', async () => {
    const headers = { 'x-internal-key': internalKey };
    const documents: [string, string][] = [
      [
        network.subgraphUrls.storage,
        `{ _entities(representations: [{ __typename: "Conversation", id: "${conversationId}" }]) { ... on Conversation { title lastMessage { text } } } }`,
      ],
      [
        network.subgraphUrls.storage,
        `{ _entities(representations: [{ __typename: "Message", id: "${messageId}" }]) { ... on Message { text } } }`,
      ],
    ];
    for (const [target, document] of documents) {
      const of = (token?: string) => request<{ _entities: unknown[] }>(target, document, { headers, token });
      assert.equal(errorCode(await of()), 'UNAUTHENTICATED');
      assert.equal(errorCode(await of('garbage')), 'UNAUTHENTICATED');
      assert.deepEqual((await of(eve.accessToken)).data?._entities, [null], document);
      assert.notDeepEqual((await of(ada.accessToken)).data?._entities, [null]);
    }
  });

  test('the address of a client is not what the client says', async () => {
    const { viewer } = await requestData<{ viewer: { sessions: { ipAddress: string }[] } }>(
      url,
      '{ viewer { sessions { ipAddress } } }',
      { token: await spoofedLogin() },
    );
    assert.deepEqual([...new Set(viewer.sessions.map(({ ipAddress }) => ipAddress))], ['127.0.0.1']);
  });

  test('errors name no subgraph and, with introspection off, nothing of the schema', async () => {
    const documents: [string, Record<string, unknown>][] = [
      ['{ conversations(first: 1000) { nodes { id } } }', {}],
      ['query($id: ID!) { conversationEvents(conversationId: $id) { edges { cursor } } }', { id: 'nothing' }],
      [
        'mutation($input: LoginInput!) { login(input: $input) { __typename } }',
        { input: { identifer: 'x', password: 'y' } },
      ],
      [
        'mutation($role: MemberRole!) { addMembers(input: { conversationId: "x", userIds: [], role: $role }) { __typename } }',
        { role: 'MEMBERR' },
      ],
      ['{ viewr { email } }', {}],
      ['{ __schema { types { name } } }', {}],
      ['{ __type(name: "User") { name } }', {}],
      ['subscription($ids: [IDD!]!) { presence(userIds: $ids) { status } }', { ids: [] }],
    ];
    const socket = await openAcknowledged(url, ada.accessToken);
    for (const [index, [query, variables]] of documents.entries()) {
      const answer = await request(url, query, { variables, token: ada.accessToken });
      assert.ok(answer.errors.length > 0 && answer.status < 500, query);
      socket.send({ id: `q${index}`, type: 'subscribe', payload: { query, variables } });
      const frame = await socket.waitFor(({ id }) => id === `q${index}`);
      for (const text of [JSON.stringify(answer), JSON.stringify(frame)])
        assert.doesNotMatch(
          text,
          /Did you mean|serviceName|stacktrace|node_modules|127\.0\.0\.1|"storage"|"chat"|INTERNAL_SERVER_ERROR/,
          query,
        );
    }
    socket.close();
  });
});

test('who is not a member gets nothing of a conversation, by any field', async () => {
  const id = conversationId;
  const documents: [string, Record<string, unknown>][] = [
    ['query($id: ID!) { conversation(id: $id) { id title lastMessage { text } } }', { id }],
    ['query($id: ID!) { message(id: $id) { id text } }', { id: messageId }],
    ['query($id: ID!) { conversationEvents(conversationId: $id) { edges { cursor } } }', { id }],
    [
      'mutation($id: ID!) { updateConversation(input: { conversationId: $id, title: "mine" }) { __typename } }',
      { id },
    ],
    [
      'mutation($id: ID!, $u: ID!) { addMembers(input: { conversationId: $id, userIds: [$u] }) { __typename } }',
      { id, u: eve.userId },
    ],
    [
      'mutation($id: ID!, $u: ID!) { removeMember(input: { conversationId: $id, userId: $u }) { __typename } }',
      { id, u: linus.userId },
    ],
    ['mutation($id: ID!) { leaveConversation(conversationId: $id) { __typename } }', { id }],
    [
      'mutation($id: ID!, $c: UUID!) { sendMessage(input: { conversationId: $id, clientMessageId: $c, text: "x" }) { __typename } }',
      { id, c: randomUUID() },
    ],
    [
      'mutation($id: ID!, $c: UUID!) { sendMessage(input: { conversationId: $id, clientMessageId: $c, text: "x", durability: ACCEPTED }) { __typename } }',
      { id, c: randomUUID() },
    ],
    ['mutation($id: ID!) { markRead(input: { conversationId: $id, upToSeq: 1 }) { __typename } }', { id }],
    ['mutation($id: ID!) { setTyping(conversationId: $id, typing: true) { accepted } }', { id }],
  ];
  const mallory = await signUp(network, 'Mallory');
  const nothing = 'cnv_01h455vb4pex5vsknk084sn02q';
  for (const [query, variables] of documents) {
    const anonymous = await request(url, query, { variables });
    assert.equal(errorCode(anonymous), 'UNAUTHENTICATED', query);
    const unknown = await request(url, query, {
      variables: {
        ...variables,
        id: query.includes('message(') ? 'msg_01h455vb4pex5vsknk084sn02q' : nothing,
      },
      token: mallory.accessToken,
    });
    for (const { accessToken: token } of [mallory, eve]) {
      const refused = await request(url, query, { variables, token });
      assert.deepEqual(refused, unknown, `differs from what does not exist: ${query}`);
      assert.doesNotMatch(JSON.stringify(refused), /Success|accepted|members only|"id":/, query);
    }
  }
  const own = await createGroup(url, mallory, []);
  const reply = await sendMessage(url, mallory, { conversationId: own, text: 'x', replyToId: messageId });
  assert.equal(reply.__typename, 'ValidationFailed', 'a reply to a message that the sender can not see');
  const around = await request(
    url,
    'query($id: ID!, $m: ID!) { conversation(id: $id) { messages(around: $m) { nodes { text } } } }',
    { variables: { id: own, m: messageId }, token: mallory.accessToken },
  );
  assert.doesNotMatch(JSON.stringify(around), /members only/);
});

test('hostile texts in every text of the API are refused or taken as texts', async () => {
  await Promise.all(
    listTextOperations({ conversationId, email: ada.email }).map(async ([query, toVariables]) => {
      for (const text of hostileTexts) {
        const answer = await request(url, query, { variables: toVariables(text), token: ada.accessToken });
        const what = `${query} ${JSON.stringify(text.slice(0, 40))} ${JSON.stringify(answer).slice(0, 300)}`;
        assert.ok(answer.status < 500, what);
        assert.ok(
          !answer.errors.some(({ extensions }) =>
            /INTERNAL|UNAVAILABLE|UNKNOWN/.test(String(extensions.code)),
          ),
          what,
        );
      }
    }),
  );
});

async function spoofedLogin(): Promise<string> {
  const answer = await request<{ login: { tokens: { accessToken: string } } }>(
    url,
    'mutation($i: LoginInput!) { login(input: $i) { ... on SignedIn { tokens { accessToken } } } }',
    {
      variables: { i: { identifier: linus.handle, password: linus.password } },
      headers: {
        'x-client-ip': '6.6.6.6',
        'x-forwarded-for': '6.6.6.6',
        forwarded: 'for=6.6.6.6',
        'x-real-ip': '6.6.6.6',
      },
    },
  );
  return answer.data?.login.tokens.accessToken ?? '';
}
