/**
 * The WebSocket side of a subgraph over real sockets: who is let in, what one operation's end does to the
 * others, and what is left when they are gone.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { buildSchema, GraphQLError } from 'graphql';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import type { TokenVerifier } from '#platform/access-token.ts';
import { TokenRejected } from '#platform/access-token.ts';
import { multicastProtocol } from '#platform/subgraph/multicast.ts';
import type { SubgraphSocket } from '#platform/subgraph/websocket.ts';
import { createSubgraphSocket } from '#platform/subgraph/websocket.ts';
import type { SubgraphContext } from '#schema/context.ts';
import { createSessionId, createUserId } from '#schema/ids.ts';
import { until } from './until.ts';

const internalKey = 'k'.repeat(32);
const userId = createUserId();
const verifier: TokenVerifier = {
  verify: async (token) => {
    if (token !== 'good') throw new TokenRejected('invalid');
    const expiresAtMs = Date.now() + 60_000;
    const grants = { scopes: new Set<string>(), policies: new Set<string>() };
    return { userId, sessionId: createSessionId(), tokenId: 't', expiresAtMs, ...grants };
  },
};

interface Result {
  readonly data: { readonly who: string };
}
interface Message {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly type: string;
  readonly payload?: unknown;
}
interface Feed {
  open: number;
  waiting: { emit(value: string): void; fail(error: Error): void }[];
}

/** A stream that the test drives; it counts who has not let go of it. */
function createFeed(): {
  feed: Feed;
  subscribe: (context: SubgraphContext) => AsyncIterableIterator<unknown>;
} {
  const feed: Feed = { open: 0, waiting: [] };
  return {
    feed,
    subscribe: (context) => {
      feed.open += 1;
      let pending = Promise.withResolvers<IteratorResult<unknown>>();
      return {
        next: async () => {
          pending = Promise.withResolvers();
          feed.waiting.push({
            emit: (value) =>
              pending.resolve({ value: { who: `${context.viewer?.userId} ${value}` }, done: false }),
            fail: (error) => pending.reject(error),
          });
          return pending.promise;
        },
        return: async () => {
          feed.open -= 1;
          pending.resolve({ value: undefined, done: true });
          return { value: undefined, done: true };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}

type Subscribe = (context: SubgraphContext) => AsyncIterable<unknown>;

async function startSubgraph(
  given?: Subscribe,
): Promise<{ url: string; feed: Feed; socket: SubgraphSocket } & AsyncDisposable> {
  const { feed, subscribe: subscribeToFeed } = createFeed();
  const subscribe: Subscribe = given ?? subscribeToFeed;
  const schema = buildSchema('type Query { a: Int } type Subscription { who(n: Int! = 1): String! }');
  const who = schema.getSubscriptionType()?.getFields().who;
  assert.ok(who);
  who.subscribe = (_root, _args, context: SubgraphContext) => subscribe(context);
  const socket = createSubgraphSocket({
    schema,
    authentication: { verifier, isRevoked: () => false },
    internalKey,
    frameBytesMax: 4_096,
    heartbeatMs: 60_000,
    logger: pino({ level: 'silent' }),
  });
  const http = createServer();
  http.on('upgrade', socket.handleUpgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/graphql`,
    feed,
    socket,
    async [Symbol.asyncDispose]() {
      await socket[Symbol.asyncDispose]();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function connect(url: string, key: unknown = internalKey, protocol = 'graphql-transport-ws') {
  const socket = new WebSocket(url, protocol);
  const messages: Message[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Message));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { internalKey: key } }));
  return {
    socket,
    messages,
    closed,
    of: (id: string) => messages.filter((message) => message.id === id),
    subscribe: (id: string, query: string, options: { authorization?: string; variables?: object } = {}) => {
      const { authorization, variables } = options;
      socket.send(
        JSON.stringify({
          id,
          type: 'subscribe',
          payload: { query, variables, extensions: { authorization } },
        }),
      );
    },
  };
}

const authorization = 'Bearer good';

test('only who has the internal key is answered', async () => {
  await using subgraph = await startSubgraph();
  for (const key of ['wrong', '', null, { length: 32 }]) {
    assert.equal(await (await connect(subgraph.url, key)).closed, 4401);
  }
});

test('each operation has its own viewer, and a refused one does not touch the others', async () => {
  await using subgraph = await startSubgraph();
  const client = await connect(subgraph.url);
  await until('acknowledged', () => client.messages.length === 1);
  client.subscribe('ok', 'subscription { who }', { authorization });
  client.subscribe('bad token', 'subscription { who }', { authorization: 'Bearer bad' });
  client.subscribe('query', '{ a }', { authorization });
  client.subscribe('syntax', '{', { authorization });
  client.subscribe('unknown', 'subscription { nobody }', { authorization });
  client.subscribe('variables', 'subscription($n: Int!) { who(n: $n) }', {
    authorization,
    variables: { n: 'x' },
  });
  await until('answers', () => client.messages.length === 6 && subgraph.feed.waiting.length === 1);
  const codes = client.messages.slice(1).map(({ id, type, payload }) => [id, type, codeOf(payload)]);
  assert.deepEqual(codes.sort(), [
    ['bad token', 'error', 'UNAUTHENTICATED'],
    ['query', 'error', 'BAD_USER_INPUT'],
    ['syntax', 'error', 'GRAPHQL_PARSE_FAILED'],
    ['unknown', 'error', 'GRAPHQL_VALIDATION_FAILED'],
    ['variables', 'error', 'BAD_USER_INPUT'],
  ]);
  subgraph.feed.waiting.shift()?.emit('hello');
  await until('the event', () => client.of('ok').length === 1);
  assert.deepEqual(client.of('ok')[0]?.payload, { data: { who: `${userId} hello` } });
});

test('a stream that ends with an error ends alone; what is not ours is masked', async () => {
  await using subgraph = await startSubgraph();
  const client = await connect(subgraph.url);
  await until('acknowledged', () => client.messages.length === 1);
  for (const id of ['typed', 'foreign', 'other'])
    client.subscribe(id, 'subscription { who }', { authorization });
  await until('all subscribed', () => subgraph.feed.waiting.length === 3);
  const [typed, foreign, other] = subgraph.feed.waiting;
  typed?.fail(new GraphQLError('You were removed.', { extensions: { code: 'FORBIDDEN' } }));
  foreign?.fail(new Error('password=secret'));
  await until('both errors', () => client.of('typed').length + client.of('foreign').length === 2);
  assert.deepEqual(client.of('typed')[0], {
    id: 'typed',
    type: 'error',
    payload: [{ message: 'You were removed.', extensions: { code: 'FORBIDDEN' } }],
  });
  assert.deepEqual(client.of('foreign')[0]?.payload, [
    { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ]);
  other?.emit('still here');
  await until('the other goes on', () => client.of('other').length === 1);
});

for (const protocol of ['graphql-transport-ws', multicastProtocol]) {
  test(`${protocol}: a gateway that does not read holds back its streams, and gets all of each in order when it does`, async () => {
    const [streams, events] = [3, 300];
    let taken = 0;
    await using subgraph = await startSubgraph(async function* count() {
      for (let n = 0; n < events; n += 1) {
        taken += 1;
        yield { who: `${n} ${'x'.repeat(20_000)}` };
      }
    });
    const client = await connect(subgraph.url, internalKey, protocol);
    await until('acknowledged', () => client.messages.length === 1);
    client.socket.pause();
    const ids = Array.from({ length: streams }, (_, n) => `stream ${n}`);
    for (const id of ids) client.subscribe(id, 'subscription { who }', { authorization });
    await until('they have begun', () => taken > 0);
    for (let before = 0; before < taken; ) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.ok(taken < (streams * events) / 2, `${taken} were taken before it stood still`);
    client.socket.resume();
    const of = (id: string) =>
      client.messages.filter(
        (message) => message.type === 'next' && (message.ids ?? [message.id]).includes(id),
      );
    await until('all are there', () => ids.every((id) => of(id).length === events));
    for (const id of ids)
      assert.deepEqual(
        of(id).map(({ payload }) => Number.parseInt(String((payload as Result).data.who), 10)),
        Array.from({ length: events }, (_, n) => n),
      );
    await until('they have ended', () =>
      ids.every((id) => client.of(id).some(({ type }) => type === 'complete')),
    );
  });
}

test('nothing is left of what was completed or cut while it waited', async () => {
  await using subgraph = await startSubgraph();
  const client = await connect(subgraph.url);
  await until('acknowledged', () => client.messages.length === 1);
  for (const id of ['one', 'two']) client.subscribe(id, 'subscription { who }', { authorization });
  await until('both subscribed', () => subgraph.feed.waiting.length === 2);
  client.socket.send(JSON.stringify({ id: 'one', type: 'complete' }));
  await until('one let go', () => subgraph.feed.open === 1);
  client.socket.terminate();
  await until('both let go', () => subgraph.feed.open === 0);
});

test('a restart closes with 1012 and leaves no stream; garbage closes with 4400, long frames with 1009', async () => {
  await using subgraph = await startSubgraph();
  const garbage = await connect(subgraph.url);
  garbage.socket.send('{');
  assert.equal(await garbage.closed, 4400);
  const long = await connect(subgraph.url);
  long.socket.send(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(5_000) } }));
  assert.equal(await long.closed, 1009);
  const client = await connect(subgraph.url);
  await until('acknowledged', () => client.messages.length === 1);
  client.subscribe('one', 'subscription { who }', { authorization });
  await until('subscribed', () => subgraph.feed.waiting.length === 1);
  await subgraph.socket[Symbol.asyncDispose]();
  assert.equal(await client.closed, 1012);
  await until('let go', () => subgraph.feed.open === 0);
});

function codeOf(payload: unknown): unknown {
  return (payload as { extensions?: { code?: unknown } }[])[0]?.extensions?.code;
}
