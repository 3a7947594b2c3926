/** Subgraphs that don't speak WebSocket, over real sockets: server-sent events from graphql-sse, and HTTP callbacks from Apollo Server's own plugin. */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallbackAddress } from '#gateway/subscriptions/callback-endpoint.ts';
import type { UpstreamProtocol } from '#gateway/subscriptions/upstream.ts';
import { internalKeyHeader } from '#platform/internal-key.ts';
import { until } from '../chat/until.ts';
import type { AskPeople, Heard } from './engine-world.ts';
import { createWorld, internalKey, Rooms } from './engine-world.ts';
import type { ForeignCopy } from './foreign-copies.ts';
import {
  startCallbackCopy,
  startCallbackEndpoint,
  startEventSourceCopy,
  startHttp,
} from './foreign-copies.ts';

const resumable = `subscription ($room: String!, $after: String) {
  events(room: $room, after: $after) { ... on Posted { seq text reader } }
}`;
const withName = `subscription ($room: String!) {
  events(room: $room) { ... on Posted { seq author { name } } }
}`;
const ticks = 'subscription { ticks }';
/** What is asked of the subgraph between two checks, and some. */
const goneMaxMs = 8_000;

const publicly: AskPeople = (representations) => ({
  data: { _entities: representations.map(({ id }) => ({ __typename: 'Person', name: `name of ${id}` })) },
  isPublic: true,
});

function seqs(heard: Heard): unknown[] {
  return heard.results.map(({ data }) => (data?.events as { seq?: number } | undefined)?.seq);
}

function upTo(total: number): number[] {
  return Array.from({ length: total }, (_, index) => index + 1);
}

interface Foreign extends AsyncDisposable {
  readonly protocol: UpstreamProtocol;
  readonly start: (rooms: Rooms) => Promise<ForeignCopy>;
}

const kinds: Record<string, () => Promise<Foreign>> = {
  'server-sent events': async () => ({
    protocol: { kind: 'sse' },
    start: startEventSourceCopy,
    [Symbol.asyncDispose]: async () => undefined,
  }),
  'HTTP callbacks': async () => {
    const { endpoint, ...owned } = await startCallbackEndpoint();
    return { protocol: { kind: 'callback', endpoint }, start: startCallbackCopy, ...owned };
  },
};

for (const [kind, prepare] of Object.entries(kinds)) {
  test(`${kind}: events come in order, each viewer's own, and then the end`, async () => {
    await using foreign = await prepare();
    const rooms = new Rooms();
    await using copy = await foreign.start(rooms);
    await using world = createWorld([copy.url], publicly, foreign.protocol);
    const all = ['ada', 'linus'].map((viewer) => ({
      viewer,
      ...world.subscribe(resumable, { viewer, variables: { room: 'a' } }),
    }));
    await until('both subscribed', () => rooms.readers === 2);
    const total = 50;
    for (const _ of upTo(total)) rooms.post('a');
    rooms.end('a');
    await until('both have ended', () => all.every(({ heard }) => heard.ending !== null));
    for (const { viewer, heard } of all) {
      assert.equal(heard.ending, 'complete');
      assert.deepEqual(
        heard.results.map(({ data }) => data?.events),
        upTo(total).map((seq) => ({ seq, text: `a ${seq}`, reader: viewer })),
      );
    }
    assert.deepEqual(copy.requests.map(({ authorization }) => authorization).sort(), [
      'Bearer ada',
      'Bearer linus',
    ]);
    for (const headers of copy.requests) assert.equal(headers[internalKeyHeader], internalKey);
  });

  test(`${kind}: the rest of the plan runs at the other subgraphs`, async () => {
    await using foreign = await prepare();
    const rooms = new Rooms();
    await using copy = await foreign.start(rooms);
    await using world = createWorld([copy.url], publicly, foreign.protocol);
    const { heard } = world.subscribe(withName, { variables: { room: 'a' } });
    await until('subscribed', () => rooms.readers === 1);
    rooms.post('a');
    await until('the event is there', () => heard.results.length === 1);
    assert.deepEqual(heard.results, [{ data: { events: { seq: 1, author: { name: 'name of ada' } } } }]);
  });

  test(`${kind}: a subgraph that refuses is heard`, async () => {
    await using foreign = await prepare();
    await using copy = await foreign.start(new Rooms());
    await using world = createWorld([copy.url], publicly, foreign.protocol);
    const { heard } = world.subscribe(resumable, { variables: { room: 'private' } });
    await until('refused', () => heard.ending !== null);
    assert.equal(heard.ending, 'error private');
  });

  test(`${kind}: who stops is not streamed to any more`, async () => {
    await using foreign = await prepare();
    const rooms = new Rooms();
    await using copy = await foreign.start(rooms);
    await using world = createWorld([copy.url], publicly, foreign.protocol);
    const [one, two] = [1, 2].map(() => world.subscribe(resumable, { variables: { room: 'a' } }));
    await until('both subscribed', () => rooms.readers === 2);
    one?.subscription.stop();
    await until('one has left', () => rooms.readers === 1, goneMaxMs);
    rooms.post('a');
    await until('the other has it', () => two?.heard.results.length === 1);
    assert.deepEqual([one?.heard.results.length, one?.heard.ending], [0, null]);
  });

  test(`${kind}: a client that does not read makes the subgraph wait, and then gets all`, async () => {
    await using foreign = await prepare();
    const rooms = new Rooms();
    await using copy = await foreign.start(rooms);
    await using world = createWorld([copy.url], publicly, foreign.protocol);
    // Long events, so that few fit into what is read at once.
    const room = 'a'.repeat(2_000);
    const slow = world.subscribe(resumable, { variables: { room } });
    await until('subscribed', () => rooms.readers === 1);
    slow.heard.isReady = false;
    const total = 1_000;
    for (const _ of upTo(total)) rooms.post(room);
    const received = async () =>
      Number(/events_received_total (\d+)/.exec(await world.metrics.metrics())?.[1]);
    await delay(1_000);
    const waiting = await received();
    assert.ok(waiting >= 100 && waiting < 150, `${waiting} events came ahead of the client`);
    slow.heard.isReady = true;
    slow.subscription.resume();
    await until('it has all', () => slow.heard.results.length === total, 20_000);
    assert.deepEqual(seqs(slow.heard), upTo(total));
  });
}

test('server-sent events: a stream that is cut goes on at any copy, nothing missing, nothing twice, and also much later', async () => {
  const rooms = new Rooms();
  await using one = await startEventSourceCopy(rooms);
  await using two = await startEventSourceCopy(rooms);
  await using world = createWorld([one.url, two.url], publicly, { kind: 'sse' });
  const readers = upTo(10).map(() => world.subscribe(resumable, { variables: { room: 'a' } }));
  await until('all subscribed', () => rooms.readers === readers.length);
  for (const n of upTo(300)) {
    rooms.post('a');
    if (n % 50 === 0) (n % 100 === 0 ? one : two).cut();
    await delay(3);
  }
  await until('all have all', () => readers.every(({ heard }) => heard.results.length === 300));
  // By now nobody waits any more for what was tried at first.
  await delay(10_500);
  one.cut();
  two.cut();
  rooms.post('a');
  await until('all have the last', () => readers.every(({ heard }) => heard.results.length === 301));
  for (const { heard } of readers) {
    assert.deepEqual(seqs(heard), upTo(301));
    assert.equal(heard.ending, null);
  }
});

test('server-sent events: a subgraph that stops sending comments is left, one that never sends any is not', async () => {
  await using pulsing = await startHttp((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write('event: next\ndata: {"data":{"ticks":1}}\n\n:\n\n');
    setTimeout(() => response.write(':\n\n'), 1_100);
  });
  await using quiet = await startHttp((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write('event: next\ndata: {"data":{"ticks":1}}\n\n');
  });
  await using pulsingWorld = createWorld([pulsing.url], publicly, { kind: 'sse' });
  await using quietWorld = createWorld([quiet.url], publicly, { kind: 'sse' });
  const [left, kept] = [pulsingWorld, quietWorld].map((world) => world.subscribe(ticks));
  // Ticks may be lost, so the gateway asks again by itself.
  await until('it is asked again', () => pulsing.requests.length === 2, 12_000);
  assert.equal(left?.heard.ending, null);
  assert.deepEqual(kept?.heard.results, [{ data: { ticks: 1 } }]);
  assert.equal(quiet.requests.length, 1);
});

test('server-sent events: an answer without a stream is another copy’s turn, unless it is a refusal', async () => {
  const rooms = new Rooms();
  await using ill = await startHttp((_request, response) => void response.writeHead(502).end('Bad Gateway'));
  await using well = await startEventSourceCopy(rooms);
  await using refusing = await startHttp((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end('{"errors":[{"message":"not like this","extensions":{"code":"BAD_USER_INPUT"}}]}');
  });
  await using world = createWorld([well.url, ill.url], publicly, { kind: 'sse' });
  world.subscribe(resumable, { variables: { room: 'a' } });
  await until('it runs at the other copy', () => rooms.readers === 1);
  assert.equal(ill.requests.length, 1);
  await using refused = createWorld([refusing.url], publicly, { kind: 'sse' });
  const { heard } = refused.subscribe(resumable, { variables: { room: 'a' } });
  await until('refused', () => heard.ending !== null);
  assert.equal(heard.ending, 'error not like this');
});

test('HTTP callbacks: a copy that is not heard of any more is left, nothing missing, nothing twice', async () => {
  const rooms = new Rooms();
  await using endpoint = await startCallbackEndpoint();
  await using one = await startCallbackCopy(rooms);
  await using two = await startCallbackCopy(rooms);
  await using world = createWorld([one.url, two.url], publicly, { kind: 'callback', ...endpoint });
  const { heard } = world.subscribe(resumable, { variables: { room: 'a' } });
  await until('subscribed', () => rooms.readers === 1);
  for (const _ of upTo(10)) rooms.post('a');
  await until('the first are there', () => heard.results.length === 10);
  two.cut();
  for (const _ of upTo(10)) rooms.post('a');
  await until('the others are there', () => heard.results.length === 20, 20_000);
  assert.deepEqual(seqs(heard), upTo(20));
  assert.equal(heard.ending, null);
  assert.match(await world.metrics.metrics(), /gateway_subscriptions_healed_total 1/);
});

test('HTTP callbacks: a stream that fails ends with an error, and what went wrong inside is not told', async () => {
  const rooms = new Rooms();
  await using endpoint = await startCallbackEndpoint();
  await using copy = await startCallbackCopy(rooms);
  await using world = createWorld([copy.url], publicly, { kind: 'callback', ...endpoint });
  const { heard } = world.subscribe(resumable, { variables: { room: 'a' } });
  await until('subscribed', () => rooms.readers === 1);
  rooms.post('a');
  rooms.end('a', new Error('the log is gone'));
  await until('it has ended', () => heard.ending !== null);
  assert.deepEqual([seqs(heard), heard.ending], [[1], 'error Internal server error']);
});

/** Answers that all is well, and leaves calling back to the test. */
async function startByHand(): Promise<ForeignCopy & { readonly addresses: CallbackAddress[] }> {
  const addresses: CallbackAddress[] = [];
  const copy = await startHttp(async (request, response) => {
    const { extensions } = JSON.parse(await text(request));
    addresses.push(extensions.subscription);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":null}');
  });
  return { ...copy, addresses };
}

/** A world with one subscription that was asked for by callback, at a copy that answers by the test's hand. */
async function askByHand() {
  await using stack = new AsyncDisposableStack();
  const endpoint = stack.use(await startCallbackEndpoint());
  const copy = stack.use(await startByHand());
  const world = stack.use(createWorld([copy.url], publicly, { kind: 'callback', ...endpoint }));
  const { heard, subscription } = world.subscribe(ticks);
  await until('asked', () => copy.addresses.length === 1);
  const [address] = copy.addresses as [CallbackAddress];
  const ending = stack.move();
  return { address, heard, subscription, [Symbol.asyncDispose]: () => ending.disposeAsync() };
}

function call(
  { callbackUrl, subscriptionId, verifier }: CallbackAddress,
  message: object,
  options: RequestInit = {},
): Promise<Response> {
  const body = JSON.stringify({ kind: 'subscription', id: subscriptionId, verifier, ...message });
  return fetch(callbackUrl, { method: 'POST', body, ...options });
}

test('HTTP callbacks: only the subgraph of a subscription that runs may call, and only as the protocol says', async () => {
  await using asked = await askByHand();
  const { address, heard, subscription } = asked;
  const next = { action: 'next', payload: { data: { ticks: 1 } } };
  const statusOf = async (...parameters: Parameters<typeof call>) => (await call(...parameters)).status;

  const check = await call(address, { action: 'check' });
  assert.deepEqual([check.status, check.headers.get('subscription-protocol')], [204, 'callback/1.0']);
  assert.equal(await check.text(), '');
  assert.equal(await statusOf({ ...address, verifier: 'guessed' }, next), 401);
  assert.equal(await statusOf(address, { ...next, verifier: 1 }), 401);
  assert.equal(await statusOf(address, { ...next, id: 'another' }), 400);
  assert.equal(await statusOf(address, { action: 'dance' }), 400);
  assert.equal(await statusOf(address, { action: 'next' }), 400);
  assert.equal(await statusOf(address, next, { body: 'next' }), 400);
  assert.equal(await statusOf(address, next, { body: 'x'.repeat(17 * 1024 * 1024) }), 413);
  assert.equal(await statusOf({ ...address, callbackUrl: `${address.callbackUrl}0` }, next), 404);
  assert.deepEqual(heard.results, []);
  assert.equal(await statusOf(address, next), 204);
  await until('the event is there', () => heard.results.length === 1);
  subscription.stop();
  for (const action of ['check', 'next', 'complete'])
    assert.equal(await statusOf(address, { ...next, action }), 404);
});

test('HTTP callbacks: an event that is sent again, because its answer was not waited for, comes once', async () => {
  await using asked = await askByHand();
  const { address, heard, subscription } = asked;
  const send = (tick: number, options: RequestInit = {}) =>
    call(address, { action: 'next', payload: { data: { ticks: tick } } }, options);
  heard.isReady = false;
  for (const tick of upTo(99)) assert.equal((await send(tick)).status, 204);
  await assert.rejects(send(100, { signal: AbortSignal.timeout(200) }));
  await delay(50);
  const again = send(100);
  await delay(50);
  heard.isReady = true;
  subscription.resume();
  assert.equal((await again).status, 204);
  assert.equal((await send(101)).status, 204);
  await until('all are there', () => heard.results.length === 101);
  assert.deepEqual(
    heard.results.map(({ data }) => data?.ticks),
    upTo(101),
  );
});

test('HTTP callbacks: a subgraph that does not wait for answers can send only so much', async () => {
  await using asked = await askByHand();
  const { address, heard, subscription } = asked;
  heard.isReady = false;
  const statuses: number[] = [];
  for (const tick of upTo(250)) {
    void call(address, { action: 'next', payload: { data: { ticks: tick } } }).then(({ status }) =>
      statuses.push(status),
    );
  }
  await until('the rest is refused', () => statuses.length === 150);
  assert.deepEqual([statuses.filter((one) => one === 204).length, statuses.includes(503)], [99, true]);
  subscription.stop();
  await until('all are answered', () => statuses.length === 250);
  assert.equal(statuses.filter((one) => one === 404).length, 100);
});
