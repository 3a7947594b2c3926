/** Streams over a client that keeps the contract of graphql-ws, without sockets: the operation is kept by reference and sent again with each connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Operation, Result, ResumableOptions, Sink } from './resumable.ts';
import { resumable, retryable, retryWait, shouldRetry } from './resumable.ts';

const query =
  'subscription Live($after: EventCursor, $id: ID!) { item: events(id: $id, after: $after) { cursor } }';
/** Longer than the wrapper waits before a first repetition. */
const waitMs = 600;

interface Subscription {
  readonly operation: Operation;
  readonly sink: Sink;
  /** What went over the wire at each connection. */
  readonly sent: Record<string, unknown>[];
  isStopped: boolean;
}

class Client {
  readonly subscriptions: Subscription[] = [];
  readonly url = 'memory:';
  isDisposed = false;

  readonly dispose = (): void => {
    this.isDisposed = true;
  };

  // A property, as in graphql-ws: the wrapper copies the client.
  readonly subscribe = (operation: Operation, sink: Sink): (() => void) => {
    const subscription: Subscription = { operation, sink, sent: [], isStopped: false };
    this.subscriptions.push(subscription);
    this.reconnect();
    return () => {
      if (subscription.isStopped) return;
      subscription.isStopped = true;
      queueMicrotask(() => sink.complete());
    };
  };

  get last(): Subscription {
    const last = this.subscriptions.at(-1);
    assert.ok(last !== undefined);
    return last;
  }

  /** Sends the operation of the last subscription. */
  reconnect(): void {
    const { operation, sent } = this.last;
    sent.push(JSON.parse(JSON.stringify(operation.variables ?? null)));
  }

  deliver(item: unknown): void {
    this.last.sink.next({ data: { item } });
  }
}

/** What the app has heard, a word for each. */
class App {
  readonly heard: string[] = [];
  readonly sink: Sink = {
    next: ({ data, errors }) =>
      this.heard.push(errors ? 'errors' : JSON.stringify(Object.values(data ?? {}).at(-1))),
    error: (error) =>
      this.heard.push(`error ${error instanceof Error ? error.message : JSON.stringify(error)}`),
    complete: () => this.heard.push('complete'),
  };
}

function start(
  options: ResumableOptions = {},
  operation: Operation = { query, variables: { after: null, id: 'a' } },
) {
  const client = new Client();
  const app = new App();
  const wrapped = resumable(client, options);
  const stop = wrapped.subscribe(operation, app.sink);
  return { client, app, stop, wrapped };
}

test('it is sent again with the last cursor, and the objects of the app stay as they were', () => {
  const operation = Object.freeze({
    query,
    variables: Object.freeze({ after: 'c0', id: 'a' }),
    operationName: 'Live',
  });
  const { client, app, wrapped } = start({}, operation);
  client.deliver({ cursor: 'c1' });
  client.deliver({ cursor: 'c2', reason: 'a word of the item' });
  client.reconnect();
  client.reconnect();
  assert.deepEqual(client.last.sent, [
    { after: 'c0', id: 'a' },
    { after: 'c2', id: 'a' },
    { after: 'c2', id: 'a' },
  ]);
  assert.equal(client.last.operation.operationName, 'Live');
  assert.equal(wrapped.url, 'memory:');
  assert.deepEqual(app.heard, ['{"cursor":"c1"}', '{"cursor":"c2","reason":"a word of the item"}']);
});

test('variable and field have the names that the app says', () => {
  const operation = { query: 'subscription ($since: Position) { events(since: $since) { position } }' };
  const { client } = start({ variable: 'since', cursor: 'position' }, operation);
  client.deliver({ position: 'p1', cursor: 'another' });
  client.reconnect();
  assert.deepEqual(client.last.sent, [{}, { since: 'p1' }]);
});

test('what is no item with a cursor moves nothing and is passed on', () => {
  const { client, app } = start();
  client.deliver({ cursor: 'c1' });
  client.deliver({ text: 'not selected' });
  client.deliver(null);
  client.last.sink.next({ data: null });
  client.last.sink.next({ errors: [{ message: 'no' }] });
  client.last.sink.next({ data: { __typename: 'Subscription', item: { event: { cursor: 'inner' } } } });
  client.reconnect();
  assert.equal(client.last.sent[1]?.after, 'c1');
  assert.equal(app.heard.length, 6);
});

test('an operation without the variable reaches the client as it is', () => {
  for (const other of [
    'subscription ($id: ID!) { typing(id: $id) { cursor } }',
    'query ($after: String) { events(after: $after) { cursor } }',
    'subscription ($afterwards: String) { events(at: $afterwards) { cursor } }',
  ]) {
    const operation = { query: other, variables: { id: 'a' } };
    const { client, app } = start({}, operation);
    assert.equal(client.last.operation, operation);
    assert.equal(client.last.sink, app.sink);
  }
  const persisted = start({}, { query: '', variables: { after: null }, extensions: { persistedQuery: {} } });
  persisted.client.deliver({ cursor: 'c1' });
  persisted.client.reconnect();
  assert.equal(persisted.client.last.sent[1]?.after, 'c1');
});

test('a stream that must be reloaded ends as the server says, and would start at the top', () => {
  for (const item of [
    { reason: 'LOG_REPLACED' },
    { __typename: 'ResyncRequired', reason: 'LOG_REPLACED' },
    { __typename: 'ResyncRequired' },
  ]) {
    const { client, app } = start();
    client.deliver({ cursor: 'c1' });
    client.deliver(item);
    client.reconnect();
    assert.equal(client.last.sent[1]?.after, null);
    client.last.sink.complete();
    assert.equal(client.subscriptions.length, 1);
    assert.deepEqual(app.heard, ['{"cursor":"c1"}', JSON.stringify(item), 'complete']);
  }
});

test('with onResync it goes on from the top, or from the cursor that the app gives', async () => {
  for (const [answer, after] of [
    [undefined, null],
    ['c9', 'c9'],
    [Promise.resolve('c9'), 'c9'],
  ] as const) {
    const calls: unknown[] = [];
    const operation = { query, variables: { after: 'c0', id: 'a' } };
    const onResync = (...call: unknown[]) => {
      calls.push(call);
      return answer;
    };
    const { client, app } = start({ onResync }, operation);
    client.deliver({ reason: 'TOO_FAR_BEHIND' });
    client.last.sink.complete();
    await delay(waitMs);
    assert.deepEqual(calls, [['TOO_FAR_BEHIND', operation]]);
    assert.equal(client.subscriptions[0]?.isStopped, true);
    assert.deepEqual(client.last.sent, [{ after, id: 'a' }]);
    client.deliver({ cursor: 'c10' });
    assert.deepEqual(app.heard, ['{"reason":"TOO_FAR_BEHIND"}', '{"cursor":"c10"}']);
  }
});

test('an onResync that fails ends the stream', async () => {
  const { client, app } = start({ onResync: () => Promise.reject(new Error('no reload')) });
  client.deliver({ reason: 'CURSOR_EXPIRED' });
  await nextTurn();
  assert.deepEqual(app.heard.slice(1), ['error no reload']);
});

test('an item of some other type may have a reason', () => {
  const { client } = start({ onResync: () => assert.fail('nothing is to be reloaded') });
  client.deliver({ cursor: 'c1' });
  client.deliver({ __typename: 'MemberLeft', reason: 'banned' });
  client.reconnect();
  assert.equal(client.last.sent[1]?.after, 'c1');
});

test('onCursor is told after the app has dealt with the item', () => {
  const { client, app, wrapped } = start();
  client.deliver({ cursor: 'c1' });
  const told = resumable(client, {
    onCursor: (cursor, { variables }) => app.heard.push(`${cursor} of ${variables?.id}`),
  });
  told.subscribe({ query, variables: { id: 'b' } }, app.sink);
  client.deliver({ cursor: 'c2' });
  client.deliver({ text: 'no cursor' });
  assert.deepEqual(app.heard, ['{"cursor":"c1"}', '{"cursor":"c2"}', 'c2 of b', '{"text":"no cursor"}']);
  assert.notEqual(wrapped.subscribe, client.subscribe);
});

test('an app that fails on an item ends that stream alone, with nothing behind the item and its cursor not told', async () => {
  const told: string[] = [];
  const errors: unknown[] = [];
  const client = new Client();
  resumable(client, { onCursor: (cursor) => told.push(cursor) }).subscribe(
    { query },
    {
      next: (result) => {
        if (JSON.stringify(result).includes('c2')) throw new Error('no room');
      },
      error: (error) => errors.push(error),
      complete: () => assert.fail('it has ended with an error'),
    },
  );
  for (const cursor of ['c1', 'c2', 'c3']) client.deliver({ cursor });
  await nextTurn();
  assert.deepEqual(told, ['c1']);
  assert.deepEqual(errors, [new Error('no room')]);
  assert.equal(client.last.isStopped, true);
});

const refusal = (code: string, more: object = {}) => [{ message: code, extensions: { code, ...more } }];

test('an error that passes is waited out, and the stream goes on from its cursor', async () => {
  const { client, app } = start();
  client.deliver({ cursor: 'c1' });
  client.last.sink.error(refusal('SERVICE_UNAVAILABLE'));
  await delay(waitMs);
  assert.deepEqual(client.last.sent, [{ after: 'c1', id: 'a' }]);
  client.deliver({ cursor: 'c2' });
  client.last.sink.error(refusal('OVERLOADED', { retryAfterMs: 400 }));
  await delay(390);
  assert.equal(client.subscriptions.length, 2);
  await delay(waitMs);
  assert.deepEqual(client.last.sent, [{ after: 'c2', id: 'a' }]);
  client.last.sink.error(refusal('FORBIDDEN'));
  client.last.sink.next({ data: { item: { cursor: 'late' } } });
  assert.deepEqual(app.heard, [
    '{"cursor":"c1"}',
    '{"cursor":"c2"}',
    `error ${JSON.stringify(refusal('FORBIDDEN'))}`,
  ]);
});

test('any other error is final', () => {
  for (const error of [
    [],
    refusal('BAD_USER_INPUT'),
    [...refusal('OVERLOADED'), {}],
    { code: 4401, reason: '' },
    null,
  ]) {
    const { client, app } = start();
    client.last.sink.error(error);
    assert.deepEqual([app.heard.length, client.subscriptions.length], [1, 1], JSON.stringify(error));
  }
});

test('stopped, it completes once and nothing more comes, also between two subscriptions', async () => {
  const running = start();
  running.stop();
  running.client.deliver({ cursor: 'late' });
  await nextTurn();
  running.stop();
  assert.deepEqual([running.app.heard, running.client.last.isStopped], [['complete'], true]);

  for (const how of ['stop', 'dispose'] as const) {
    const { client, app, stop, wrapped } = start();
    client.last.sink.error(refusal('SERVICE_UNAVAILABLE'));
    if (how === 'stop') stop();
    else wrapped.dispose();
    await delay(waitMs);
    assert.deepEqual([app.heard, client.subscriptions.length], [['complete'], 1], how);
    assert.equal(client.isDisposed, how === 'dispose');
  }
});

test('iterate gives each result once, resumes from what has arrived and tells of what was dealt with', async () => {
  const told: string[] = [];
  const client = new Client();
  const wrapped = resumable(client as Client & Iterating, { onCursor: (cursor) => told.push(cursor) });
  const results = wrapped.iterate({ query, variables: { after: null } });
  const first = results.next();
  for (const cursor of ['c1', 'c2', 'c3']) client.deliver({ cursor });
  assert.deepEqual(await first, { done: false, value: { data: { item: { cursor: 'c1' } } } });
  client.reconnect();
  assert.deepEqual([client.last.sent[1]?.after, told], ['c3', []]);
  const rest = await Promise.all([results.next(), results.next()]);
  assert.deepEqual(
    rest.map(({ value }) => value.data.item.cursor),
    ['c2', 'c3'],
  );
  assert.deepEqual(told, ['c1', 'c2']);
  const waiting = results.next();
  await nextTurn();
  await results.return?.();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  assert.deepEqual([told, client.last.isStopped], [['c1', 'c2', 'c3'], true]);
});

test('iterate ends as the stream does, after what came before', async () => {
  const client = new Client();
  const wrapped = resumable(client as Client & Iterating);
  const seen: unknown[] = [];
  const failing = wrapped.iterate({ query });
  client.deliver({ cursor: 'c1' });
  client.last.sink.error(new Error('gone'));
  await assert.rejects(async () => {
    for await (const result of failing) seen.push(result);
  }, /gone/);
  assert.deepEqual([seen.length, await failing.next()], [1, { done: true, value: undefined }]);
  const plain = wrapped.iterate({ query: '{ viewer { id } }' });
  client.last.sink.next({ data: 'once' });
  client.last.sink.complete();
  for await (const { data } of plain) seen.push(data);
  assert.equal(seen.at(-1), 'once');
});

/** What the wrapper adds to a client that has no iterate, and graphql-ws declares. */
interface Iterating {
  iterate(operation: Operation): AsyncIterableIterator<Result & { data: { item: { cursor: string } } }>;
}

test('a connection that is lost or refused is retried, a final close code and an exception are not', () => {
  const close = (code: number) => ({ code, reason: '' });
  for (const code of [1005, 1006, 1012, 1013, 4403, 4408, 4499])
    assert.equal(shouldRetry(close(code)), true, `${code}`);
  for (const code of [4400, 4401, 4409, 4429]) assert.equal(shouldRetry(close(code)), false, `${code}`);
  assert.equal(shouldRetry(Object.assign(new Error('terminated'), close(4499))), true);
  assert.equal(shouldRetry(new Event('error')), true);
  assert.equal(shouldRetry(new TypeError('no token')), false);
  assert.equal(shouldRetry(new DOMException('too slow', 'TimeoutError')), false);
  assert.equal(retryable.retryAttempts, Number.POSITIVE_INFINITY);
});

test('the first wait is short, and waits differ', async () => {
  const startedAt = performance.now();
  const waits = await Promise.all(
    Array.from({ length: 20 }, async () => {
      await retryWait(0);
      return Math.round(performance.now() - startedAt);
    }),
  );
  assert.ok(Math.max(...waits) < waitMs, `${waits}`);
  assert.ok(new Set(waits).size > 5, `${waits}`);
});
