/** graphql-transport-ws as clients may rely on it: the handshake, close codes, ids, queries and mutations, what ends an operation and what the socket. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditCase, Scene } from '../case.ts';
import { expect, expectData } from '../case.ts';
import type { Payload } from '../clients/result.ts';
import { describeEnd, shorten } from '../clients/result.ts';
import type { AuditSocket } from '../clients/socket.ts';
import { openSocket } from '../clients/socket.ts';
import { ws } from '../sources.ts';
import { quietMs, ticks } from './ticks.ts';

const initWaitMs = 20_000;
const refusalCodes = [4406, 1002];

interface Closing extends Omit<AuditCase, 'run'> {
  readonly code: number;
  /** On an open socket, not yet initialised. */
  readonly act: (socket: AuditSocket, scene: Scene) => void | Promise<void>;
  readonly waitMs?: number;
}

function closing({ code, act, waitMs, ...rest }: Closing): AuditCase {
  return {
    ...rest,
    run: async (scene) => {
      const socket = await scene.openSocket();
      await act(socket, scene);
      const close = await socket.closed(waitMs);
      expect(close.code === code, `${close.code} ${close.reason} instead of ${code}`);
      return `${close.code} ${close.reason}`;
    },
  };
}

async function init(socket: AuditSocket, { target }: Scene): Promise<void> {
  await socket.init({ authorization: target.authorization.first });
}

const handshake: readonly AuditCase[] = [
  {
    name: 'ws/handshake',
    rule: 'The subprotocol is graphql-transport-ws; connection_init is answered by connection_ack.',
    source: ws.ack,
    run: async (scene) => {
      const socket = await scene.openSocket();
      expect(socket.protocol === 'graphql-transport-ws', `subprotocol ${socket.protocol}`);
      await init(socket, scene);
      return 'connection_ack';
    },
  },
  {
    name: 'ws/unknown-subprotocol',
    rule: 'A client that speaks only another subprotocol is refused.',
    source: ws.communication,
    run: async (scene) => {
      const authorization = scene.target.authorization.first;
      const opening = openSocket(scene.target, { authorization, protocols: ['audit-unknown'] });
      const socket = await opening.catch((error: Error) => error);
      if (socket instanceof Error) return `refused: ${socket.message}`;
      scene.use(socket);
      const close = await socket.closed();
      expect(refusalCodes.includes(close.code), `${close.code} ${close.reason}`);
      return `${close.code} ${close.reason}`;
    },
  },
  closing({
    name: 'ws/init-timeout',
    rule: 'A client that does not send connection_init is closed with 4408 (here: within 20 s).',
    source: ws.timeout,
    code: 4408,
    act: () => undefined,
    waitMs: initWaitMs,
  }),
  closing({
    name: 'ws/second-init',
    rule: 'A second connection_init closes with 4429.',
    source: ws.init,
    code: 4429,
    act: async (socket, scene) => {
      await init(socket, scene);
      socket.send({ type: 'connection_init' });
    },
  }),
  closing({
    name: 'ws/two-inits-at-once',
    rule: 'Also when it comes before the first one is answered.',
    source: ws.init,
    code: 4429,
    act: (socket, { target }) => {
      const payload = { authorization: target.authorization.first };
      for (let n = 0; n < 2; n += 1) socket.send({ type: 'connection_init', payload });
    },
  }),
  closing({
    name: 'ws/subscribe-before-ack',
    rule: 'An operation before connection_ack closes with 4401.',
    source: ws.subscribe,
    code: 4401,
    act: (socket) => void socket.start({ query: '{ __typename }' }),
  }),
];

const invalid: readonly AuditCase[] = (
  [
    ['not-json', 'A message that is no JSON closes with 4400.', 'subscribe please'],
    ['no-object', 'So does one that is no object.', '[]'],
    ['unknown-type', 'So does one of an unknown type.', { type: 'start', id: '1', payload: {} }],
    ['no-type', 'So does one without a type.', { id: '1' }],
    [
      'server-only-type',
      'So does one of a type that only servers send.',
      { type: 'next', id: '1', payload: { data: null } },
    ],
    [
      'subscribe-without-id',
      'So does an operation without an id.',
      { type: 'subscribe', payload: { query: '{ __typename }' } },
    ],
    [
      'subscribe-without-query',
      'So does one without a document.',
      { type: 'subscribe', id: '1', payload: {} },
    ],
    ['complete-without-id', 'So does `complete` without an id.', { type: 'complete' }],
  ] as const
).map(([name, rule, message]) =>
  closing({
    name: `ws/${name}`,
    rule,
    source: ws.invalid,
    code: 4400,
    act: async (socket, scene) => {
      await init(socket, scene);
      socket.send(message);
    },
  }),
);

const ids: readonly AuditCase[] = [
  closing({
    name: 'ws/duplicate-id',
    rule: 'An id that a running subscription has closes with 4409.',
    source: ws.subscribe,
    code: 4409,
    act: async (socket, scene) => {
      await init(socket, scene);
      socket.start({ query: ticks, variables: { feed: scene.feed } }, 'one');
      await scene.world.feeds.waitOpen(scene.feed);
      socket.start({ query: ticks, variables: { feed: scene.feed } }, 'one');
    },
  }),
  closing({
    name: 'ws/duplicate-id-at-once',
    rule: 'Also when the first one has not started yet.',
    source: ws.subscribe,
    code: 4409,
    act: async (socket, scene) => {
      await init(socket, scene);
      for (let n = 0; n < 2; n += 1) socket.start({ query: ticks, variables: { feed: scene.feed } }, 'one');
    },
  }),
  {
    name: 'ws/complete-of-nothing',
    rule: '`complete` for an id that nothing runs under is no fault: the two sides may complete at the same time.',
    source: ws.complete,
    run: async (scene) => {
      const socket = await scene.connect();
      socket.send({ type: 'complete', id: 'nothing' });
      const { end } = await scene.attempt({ query: '{ __typename }' }, socket);
      expect(end.kind === 'complete', describeEnd(end));
      return 'ignored';
    },
  },
  {
    name: 'ws/ping',
    rule: 'A ping is answered by a pong, also before connection_init.',
    source: ws.ping,
    run: async (scene) => {
      const [early, late] = [await scene.openSocket(), await scene.connect()];
      for (const socket of [early, late]) {
        socket.send({ type: 'ping' });
        await socket.received('pong');
      }
      return 'pong';
    },
  },
  {
    name: 'ws/pong',
    rule: 'A pong that nobody asked for is ignored.',
    source: ws.ping,
    run: async (scene) => {
      const socket = await scene.connect();
      socket.send({ type: 'pong', payload: { audit: true } });
      await delay(quietMs);
      expect(socket.isOpen, describeEnd(socket.close && { kind: 'closed', ...socket.close }));
      return 'ignored';
    },
  },
];

/** Ends the operation with `error`, which comes alone, and nothing else on the socket. */
function ending(name: string, rule: string, payload: Payload): AuditCase {
  return {
    name: `ws/${name}`,
    rule,
    source: ws.error,
    run: async (scene) => {
      const socket = await scene.connect();
      const other = await scene.follow(ticks, { socket });
      const { operation, end } = await scene.attempt(payload, socket);
      expect(end.kind === 'error', `${describeEnd(end)} after ${shorten(operation.results)}`);
      scene.world.feeds.publish(scene.feed, {});
      await other.result();
      expect(operation.late.length === 0, `after the error: ${shorten(operation.late)}`);
      return describeEnd(end);
    },
  };
}

const endings: readonly AuditCase[] = [
  ending('syntax-error', 'A document with a syntax error ends the operation with `error`, not the socket.', {
    query: 'subscription {',
  }),
  ending('validation-error', 'So does one that does not fit the schema.', {
    query: 'subscription { nothingOfThisName { id } }',
  }),
  ending('query-validation-error', 'So does a query that does not fit the schema.', { query: '{ nothing }' }),
  ending('unknown-operation-name', 'So does an operation name that the document does not have.', {
    query: 'query A { __typename } query B { __typename }',
    operationName: 'C',
  }),
  ending('empty-document', 'So does an empty document.', { query: ' ' }),
];

const single: readonly AuditCase[] = [
  {
    name: 'ws/query',
    rule: 'A query is answered by `next` and `complete`.',
    source: ws.single,
    run: async (scene) => {
      const query = 'query ($id: ID!) { product(id: $id) { name rating } }';
      const { operation, end } = await scene.attempt({ query, variables: { id: 'p1' } });
      expect(end.kind === 'complete' && operation.results.length === 1, describeEnd(end));
      return expectData(await operation.result(), { product: { name: 'name of p1', rating: 2 } });
    },
  },
  {
    name: 'ws/operation-name',
    rule: 'Of several operations the named one is run.',
    source: ws.subscribe,
    run: async (scene) => {
      const query = 'query A { a: __typename } query B { b: __typename }';
      const { operation } = await scene.attempt({ query, operationName: 'B' });
      return expectData(await operation.result(), { b: 'Query' });
    },
  },
  {
    name: 'ws/mutation',
    rule: 'A mutation is run once and answered by `next` and `complete`.',
    source: ws.single,
    run: async (scene) => {
      const query = 'mutation ($counter: String!) { count(counter: $counter) }';
      const socket = await scene.connect();
      for (const count of [1, 2]) {
        const { operation, end } = await scene.attempt({ query, variables: { counter: scene.feed } }, socket);
        expect(end.kind === 'complete', describeEnd(end));
        expectData(await operation.result(), { count });
      }
      return 'counted to 2';
    },
  },
  {
    name: 'ws/query-beside-a-subscription',
    rule: 'Queries run on a socket while a subscription does.',
    source: ws.communication,
    run: async (scene) => {
      const socket = await scene.connect();
      const stream = await scene.follow(ticks, { socket });
      const { operation } = await scene.attempt({ query: '{ __typename }' }, socket);
      scene.world.feeds.publish(scene.feed, {});
      await stream.result();
      return expectData(await operation.result(), { __typename: 'Query' });
    },
  },
  {
    name: 'ws/error-in-a-query',
    rule: 'A field error of a query comes in `next`, not as `error`.',
    source: ws.next,
    run: async (scene) => {
      const { operation, end } = await scene.attempt({ query: '{ product(id: "p1") { id faulty } }' });
      expect(end.kind === 'complete', describeEnd(end));
      const { data, errors } = await operation.result();
      expectData({ data: data ?? null }, { product: { id: 'p1', faulty: null } });
      expect(errors?.length === 1, shorten(errors));
      return shorten(errors);
    },
  },
];

export const webSocketCases: readonly AuditCase[] = [...handshake, ...invalid, ...ids, ...endings, ...single];
