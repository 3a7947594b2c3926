/** The gateway's edge: CORS, pages, health, subscriptions over POST, limits and garbage on both paths, token expiry on an open socket. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import WebSocket from 'ws';
import type { Account } from '#tests/harness/accounts.ts';
import { renewTokens, signUp } from '#tests/harness/accounts.ts';
import { errorCode, request } from '#tests/harness/client.ts';
import { createGroup, followConversation } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { openAcknowledged, openRawSocket } from '#tests/harness/raw-socket.ts';

let network: Network;
let url: string;
let origin: string;
let ada: Account;

before(async () => {
  network = await startNetwork({ name: 'edge', environment: { ACCESS_TOKEN_TTL_MS: '15000' } });
  url = network.gatewayUrl;
  origin = new URL(url).origin;
  ada = await signUp(network, 'Ada');
});
beforeEach(() => renewTokens(network, ada));
after(() => network[Symbol.asyncDispose]());

describe('HTTP', () => {
  test('a subscription over POST is answered with a clear 4xx error', async () => {
    const answer = await request(url, 'subscription { inboxEvents { __typename } }', {
      token: ada.accessToken,
    });
    assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
    assert.equal(errorCode(answer), 'SUBSCRIPTION_NOT_SUPPORTED_OVER_HTTP');
    assert.match(answer.errors[0]?.message ?? '', /WebSocket/);
  });

  test('Apollo Studio may ask in development, a stranger may not', async () => {
    const preflight = (from: string) =>
      fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,authorization',
          'access-control-request-private-network': 'true',
        },
      });
    const studio = await preflight('https://studio.apollographql.com');
    assert.equal(studio.headers.get('access-control-allow-origin'), 'https://studio.apollographql.com');
    assert.match(studio.headers.get('access-control-allow-headers') ?? '', /authorization/i);
    assert.equal(studio.headers.get('access-control-allow-private-network'), 'true');
    const stranger = await preflight('https://evil.example');
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
  });

  test('pages, health and metrics answer', async () => {
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${origin}${path}`, { headers });
      return { status: response.status, body: await response.text() };
    };
    const landing = await get('/', { accept: 'text/html' });
    assert.match(landing.body, /studio\.apollographql\.com\/sandbox/);
    assert.equal((await get('/health/live')).status, 200);
    assert.equal((await get('/health/ready')).status, 200);
    assert.match((await get('/metrics')).body, /process_cpu/);
    assert.equal((await get('/nothing')).status, 404);
  });

  test('requests that are no GraphQL are refused with 4xx', async () => {
    const post = (body: string, contentType: string) =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': contentType } });
    assert.equal((await post('{', 'application/json')).status, 400);
    assert.equal((await post('[]', 'application/json')).status, 400);
    assert.equal((await post('{}', 'application/json')).status, 400);
    assert.ok([400, 415].includes((await post('query=1', 'text/plain')).status));
    assert.equal(
      (
        await post(
          JSON.stringify({ query: `{ viewer { email } } #${'x'.repeat(300_000)}` }),
          'application/json',
        )
      ).status,
      413,
    );
    assert.equal((await fetch(url, { method: 'PATCH' })).status, 405);
    // It reserves a stream, for somebody.
    assert.equal((await fetch(url, { method: 'PUT' })).status, 401);
  });

  const bombs: Record<string, string> = {
    depth: `{ conversations { nodes ${'{ lastMessage { conversation '.repeat(8)}{ id }${' } }'.repeat(8)} } }`,
    aliases: `{ ${Array.from({ length: 40 }, (_, n) => `a${n}: viewer { email }`).join(' ')} }`,
    tokens: `{ viewer { ${'email '.repeat(2_000)} } }`,
    directives: `{ viewer { email ${'@include(if: true) '.repeat(60)} } }`,
    'nested literal': `{ user(id: ${'['.repeat(5_000)}${']'.repeat(5_000)}) { id } }`,
  };
  for (const [name, document] of Object.entries(bombs)) {
    test(`limits: ${name} is refused over HTTP and over WebSocket`, async () => {
      const answer = await request(url, document, { token: ada.accessToken });
      assert.equal(answer.status, 400, JSON.stringify(answer).slice(0, 300));
      assert.ok(
        ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED'].includes(errorCode(answer) ?? ''),
        String(errorCode(answer)),
      );
      const socket = await openAcknowledged(url, ada.accessToken);
      socket.send({ id: '1', type: 'subscribe', payload: { query: document } });
      const frame = await socket.waitFor(({ id }) => id === '1');
      assert.equal(frame.type, 'error', JSON.stringify(frame).slice(0, 300));
      socket.close();
    });
  }

  test('limits: what costs too much is refused by the size of its pages, over HTTP and over WebSocket', async () => {
    const replies = Array.from(
      { length: 15 },
      (_, n) => `r${n}: replyTo { sender { id } conversation { id } }`,
    );
    const query = `query($n: Int!) { conversations(first: $n) { nodes { messages(first: 29) { nodes { ${replies.join(' ')} } } } } }`;
    const small = await request(url, query, { variables: { n: 5 }, token: ada.accessToken });
    assert.deepEqual([small.status, small.errors], [200, []]);
    const large = await request(url, query, { variables: { n: 100 }, token: ada.accessToken });
    assert.deepEqual([large.status, errorCode(large)], [400, 'COST_ESTIMATED_TOO_EXPENSIVE']);
    const socket = await openAcknowledged(url, ada.accessToken);
    socket.send({ id: '1', type: 'subscribe', payload: { query, variables: { n: 100 } } });
    const frame = await socket.waitFor(({ id }) => id === '1');
    assert.match(JSON.stringify(frame), /COST_ESTIMATED_TOO_EXPENSIVE/);
    socket.close();
  });

  test('a bad token is UNAUTHENTICATED, not a failure of ours', async () => {
    for (const token of ['garbage', 'a.b.c', `${ada.accessToken}x`]) {
      const answer = await request(url, '{ viewer { email } }', { token });
      assert.deepEqual([errorCode(answer), answer.status < 500], ['UNAUTHENTICATED', true]);
    }
    assert.deepEqual((await request(url, '{ viewer { email } }')).data, { viewer: null });
    const renewal = await request<{ refreshToken: { __typename: string } }>(
      url,
      'mutation($token: String!) { refreshToken(refreshToken: $token) { __typename } }',
      { variables: { token: 'unknown' }, token: 'garbage' },
    );
    assert.equal(
      renewal.data?.refreshToken.__typename,
      'RefreshTokenInvalid',
      'a bad token kept the client from a new one',
    );
  });

  test('what is for the inside is not reachable from outside', async () => {
    for (const document of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
      assert.equal(
        errorCode(await request(url, document, { token: ada.accessToken })),
        'GRAPHQL_VALIDATION_FAILED',
      );
    }
    const spoofed = await request<{ viewer: unknown }>(url, '{ viewer { email } }', {
      headers: { 'x-internal-key': 'guess', 'x-viewer-id': ada.userId },
    });
    assert.deepEqual(spoofed.data, { viewer: null });
  });
});

describe('WebSocket', () => {
  test('a token in either spelling is taken, a bad one closes with 4401', async () => {
    for (const key of ['authorization', 'Authorization']) {
      const socket = await openRawSocket(url);
      socket.send({ type: 'connection_init', payload: { [key]: `Bearer ${ada.accessToken}` } });
      await socket.waitFor(({ type }) => type === 'connection_ack');
      socket.send({ id: '1', type: 'subscribe', payload: { query: '{ viewer { user { handle } } }' } });
      const { payload } = await socket.waitFor(({ type }) => type === 'next');
      assert.deepEqual(payload, { data: { viewer: { user: { handle: ada.handle } } } });
      socket.close();
    }
    assert.equal(
      await closeCodeAfter({ type: 'connection_init', payload: { authorization: 'Bearer x' } }),
      4401,
    );
  });

  test('queries and mutations run over the socket too', async () => {
    const socket = await openAcknowledged(url, ada.accessToken);
    const run = async (id: string, query: string) => {
      socket.send({ id, type: 'subscribe', payload: { query } });
      const { payload } = await socket.waitFor((frame) => frame.id === id && frame.type === 'next');
      await socket.waitFor((frame) => frame.id === id && frame.type === 'complete');
      return payload;
    };
    const change = 'mutation { updateProfile(input: { bio: "by socket" }) { __typename } }';
    assert.deepEqual(await run('1', change), {
      data: { updateProfile: { __typename: 'UpdateProfileSuccess' } },
    });
    assert.deepEqual(await run('2', '{ viewer { user { bio } } }'), {
      data: { viewer: { user: { bio: 'by socket' } } },
    });
    socket.close();
  });

  test('garbage closes its own socket with a 4xxx code and nobody else', async () => {
    const conversationId = await createGroup(url, ada, []);
    await using neighbour = followConversation([url], ada, { conversationId, reconnect: false });
    await neighbour.waitFor('CaughtUp', (items) => items.length > 0);
    for (const frame of [
      '',
      '{',
      'null',
      '[]',
      '{"type":"next"}',
      '{"type":"__proto__"}',
      '{"id":1,"type":"subscribe"}',
      Buffer.from([0xff, 0x00]),
    ]) {
      const code = await closeCodeAfter(frame);
      assert.ok([4400, 1003, 1007].includes(code), `${frame}: ${code}`);
    }
    assert.equal(
      await closeCodeAfter({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } }),
      4401,
    );
    assert.equal(await closeCodeAfter('x'.repeat(70_000)), 1009);
    assert.deepEqual([neighbour.closes, neighbour.errors], [[], []]);
  });

  test('a foreign origin and an unknown subprotocol get no socket', async () => {
    const refused = (options: object, protocol = 'graphql-transport-ws') =>
      new Promise((resolve) => {
        const socket = new WebSocket(url.replace('http', 'ws'), protocol, options);
        socket.on('error', () => resolve('refused'));
        socket.on('close', () => resolve('refused'));
        socket.on('message', () => resolve('served'));
        socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
      });
    assert.equal(await refused({ origin: 'https://evil.example' }), 'refused');
    assert.equal(await refused({}, 'graphql-ws'), 'refused');
  });

  test('an operation that does not parse or fit ends alone, the socket goes on', async () => {
    const socket = await openAcknowledged(url, ada.accessToken);
    for (const query of [
      '{',
      '{ nothing }',
      'subscription { a: inboxEvents { __typename } b: inboxEvents { __typename } }',
    ]) {
      socket.send({ id: query, type: 'subscribe', payload: { query } });
      assert.equal((await socket.waitFor(({ id }) => id === query)).type, 'error', query);
    }
    // The id of an operation that has ended is free again.
    socket.send({ id: '{', type: 'subscribe', payload: { query: '{ viewer { email } }' } });
    const { payload } = await socket.waitFor(({ type }) => type === 'next');
    assert.deepEqual(payload, { data: { viewer: { email: ada.email } } });
    socket.close();
  });

  test('an expired token closes the open socket with 4403', async () => {
    const bob = await signUp(network, 'Bob');
    const conversationId = await createGroup(url, bob, []);
    await using stream = followConversation([url], bob, { conversationId, reconnect: false });
    await stream.waitFor('CaughtUp', (items) => items.length > 0);
    await stream.ended;
    assert.deepEqual(stream.closes, [4403]);
  });
});

/** The code with which a fresh socket is closed after this is the first that it gets. */
async function closeCodeAfter(frame: object | string | Buffer): Promise<number> {
  const socket = await openRawSocket(url);
  socket.send(frame);
  return socket.closed;
}
