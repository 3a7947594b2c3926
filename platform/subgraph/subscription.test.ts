/** One running subscription, driven by hand: results in the order of the events, at the pace of the gateway and the socket, and one end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import { buildSchema, GraphQLError } from 'graphql';
import { createPrepareOperation } from './prepared-operations.ts';
import type { ItemSink, PushSource } from './push-source.ts';
import { createSharedExecution } from './shared-execution.ts';
import type { Peer } from './subscription.ts';
import { Subscription } from './subscription.ts';

const schema = buildSchema('type Query { a: Int } type Subscription { ticks: Int }');

/** A resolver's stream that pushes what it is given as long as that is wanted. */
class Ticks implements PushSource<unknown>, AsyncIterableIterator<unknown> {
  readonly waiting: unknown[] = [];
  isOpen = true;
  sink: ItemSink<unknown> | null = null;

  pipe(sink: ItemSink<unknown>): void {
    this.sink = sink;
    this.resume();
  }

  resume(): void {
    while (this.waiting.length > 0 && this.sink?.isReady() === true) this.sink.take(this.waiting.shift());
  }

  push(...events: unknown[]): void {
    this.waiting.push(...events);
    this.resume();
  }

  next(): Promise<never> {
    assert.fail('it is not iterated');
  }

  async return(): Promise<IteratorResult<unknown>> {
    this.isOpen = false;
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

async function open({ eventsUnderWayMax }: { readonly eventsUnderWayMax?: number } = {}) {
  const ticks = new Ticks();
  const field = schema.getSubscriptionType()?.getFields().ticks;
  assert.ok(field);
  field.subscribe = () => ticks;
  const heard: string[] = [];
  const room = { isThere: true };
  const peer: Peer = {
    next: (_operation, { text }) => void heard.push(JSON.parse(text).data.ticks),
    complete: () => void heard.push('complete'),
    error: (_operation, errors) => void heard.push(`error ${errors[0]?.message}`),
    hasRoomFor: () => room.isThere,
  };
  const subscription = new Subscription({
    id: '1',
    payload: {
      query: 'subscription { ticks }',
      ...(eventsUnderWayMax === undefined ? {} : { extensions: { eventsUnderWayMax } }),
    },
    parts: {
      schema,
      authentication: {
        verifier: { verify: () => assert.fail('nobody signs in') },
        isRevoked: () => false,
      },
      prepare: createPrepareOperation(schema),
      shared: createSharedExecution({
        schema,
        serialize: (result) => JSON.stringify(result),
        readEventTime: () => null,
      }),
      mask: ({ message }): GraphQLFormattedError => ({ message }),
    },
    peer,
  });
  subscription.start();
  await turn();
  return { ticks, heard, room, subscription };
}

const tick = (ticks: number) => ({ ticks });
/** Executed only when the returned function is called. */
function lateTick(value: number) {
  const late = Promise.withResolvers<number>();
  return { event: { ticks: () => late.promise }, resolve: () => late.resolve(value) };
}

test('an event whose result takes time holds back those after it, and the end', async () => {
  const { ticks, heard } = await open();
  const late = lateTick(2);
  ticks.push(tick(1), late.event, tick(3));
  assert.deepEqual([heard, ticks.waiting.length], [[1], 1]);
  late.resolve();
  await turn();
  assert.deepEqual(heard, [1, 2, 3]);
  const last = lateTick(4);
  ticks.push(last.event);
  ticks.sink?.end();
  await turn();
  assert.deepEqual(heard, [1, 2, 3]);
  last.resolve();
  await turn();
  assert.deepEqual(heard, [1, 2, 3, 4, 'complete']);
});

test('no more is taken than the gateway has asked for and the socket has room for', async () => {
  const { ticks, heard, room, subscription } = await open({ eventsUnderWayMax: 2 });
  ticks.push(...[1, 2, 3, 4, 5].map(tick));
  assert.deepEqual(heard, [1, 2]);
  subscription.noteTaken(1);
  assert.deepEqual(heard, [1, 2, 3]);
  room.isThere = false;
  subscription.noteTaken(2);
  assert.deepEqual(heard, [1, 2, 3]);
  room.isThere = true;
  subscription.resume();
  assert.deepEqual(heard, [1, 2, 3, 4, 5]);
});

test('a failure ends it once and lets go of the stream; after a stop nothing is said', async () => {
  const failing = await open();
  failing.ticks.push(tick(1));
  failing.ticks.sink?.fail(new GraphQLError('the log is gone'));
  failing.ticks.sink?.end();
  failing.ticks.push(tick(2));
  assert.deepEqual(failing.heard, [1, 'error the log is gone']);
  assert.equal(failing.ticks.isOpen, false);

  const stopped = await open();
  const late = lateTick(1);
  stopped.ticks.push(late.event);
  stopped.subscription.stop();
  late.resolve();
  stopped.ticks.sink?.end();
  await turn();
  assert.deepEqual(stopped.heard, []);
  assert.equal(stopped.ticks.isOpen, false);
});
