/** The subscription engine in front of real sockets: what is shared and what must never be, order, slow clients, and copies that go away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../chat/until.ts';
import type { AskPeople, Heard } from './engine-world.ts';
import { createWorld, Rooms, startCopy, startForeign } from './engine-world.ts';

const withName = `subscription ($room: String!, $after: String) {
  events(room: $room, after: $after) { ... on Posted { seq text author { name } } }
}`;

/** Everybody may see it. */
const publicly: AskPeople = (representations) => ({
  data: { _entities: representations.map(({ id }) => ({ __typename: 'Person', name: `name of ${id}` })) },
  isPublic: true,
});

function seqs(heard: Heard): unknown[] {
  return heard.results.map(({ data }) => (data?.events as { seq?: number } | undefined)?.seq);
}

test('what all get is made once: the same bytes, one fetch, one message from the subgraph', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  let fetches = 0;
  await using world = createWorld([copy.url], (...asked) => {
    fetches += 1;
    return publicly(...asked);
  });
  const all = Array.from({ length: 50 }, (_, index) =>
    world.subscribe(withName, { variables: { room: 'a' }, viewer: `viewer-${index}` }),
  );
  await until('all subscribed', () => rooms.readers === 50);
  rooms.post('a');
  await until('all have it', () => all.every(({ heard }) => heard.results.length === 1));
  const [first] = all;
  assert.deepEqual(first?.heard.results[0], {
    data: { events: { seq: 1, text: 'a 1', author: { name: 'name of ada' } } },
  });
  for (const { heard } of all) assert.equal(heard.bodies[0], first?.heard.bodies[0]);
  assert.equal(fetches, 1);
  assert.match(await world.metrics.metrics(), /gateway_subscription_events_received_total 1\n/);
  assert.match(await world.metrics.metrics(), /gateway_subscription_events_addressed_total 50\n/);
});

test('the first who leaves stops nobody else, and the last leaves nothing', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  await using world = createWorld([copy.url], publicly);
  const [one, two] = ['one', 'two'].map((viewer) =>
    world.subscribe(withName, { variables: { room: 'a' }, viewer }),
  );
  await until('both subscribed', () => rooms.readers === 2);
  one?.subscription.stop();
  await until('one has left', () => rooms.readers === 1);
  rooms.post('a');
  await until('the other has it', () => two?.heard.results.length === 1);
  assert.equal(one?.heard.results.length, 0);
  two?.subscription.stop();
  await until('both have left', () => rooms.readers === 0);
});

test('what depends on the viewer is never shared: 50 viewers, 1,000 results made at each end', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  const viewers = Array.from({ length: 50 }, (_, index) => `viewer-${index}`);
  await using world = createWorld([copy.url], (representations, authorization) => ({
    data: {
      _entities: representations.map(() => ({ __typename: 'Person', mood: `towards ${authorization}` })),
    },
    isPublic: false,
  }));
  const queries = [
    'subscription ($room: String!) { events(room: $room) { ... on Posted { seq reader } } }',
    'subscription ($room: String!) { events(room: $room) { ... on Posted { seq author { mood } } } }',
  ];
  const all = viewers.flatMap((viewer) =>
    queries.map((query) => ({ viewer, ...world.subscribe(query, { viewer, variables: { room: 'a' } }) })),
  );
  await until('all subscribed', () => rooms.readers === all.length);
  for (let n = 1; n <= 20; n += 1) {
    rooms.post('a');
    await until('all have it', () => all.every(({ heard }) => heard.results.length === n));
  }
  let checked = 0;
  for (const { viewer, heard } of all) {
    for (const { data } of heard.results) {
      const { reader, author } = (data?.events ?? {}) as { reader?: string; author?: { mood: string } };
      assert.equal(reader ?? author?.mood, author === undefined ? viewer : `towards Bearer ${viewer}`);
      checked += 1;
    }
  }
  assert.equal(checked, 2_000);
});

test('a copy that goes away is left without the client noticing: nothing missing, nothing twice', async () => {
  const rooms = new Rooms();
  await using one = await startCopy(rooms);
  await using two = await startCopy(rooms);
  await using world = createWorld([one.url, two.url], publicly);
  const readers = Array.from({ length: 10 }, () => world.subscribe(withName, { variables: { room: 'a' } }));
  await until('all subscribed', () => rooms.readers === readers.length);
  const total = 300;
  for (let n = 1; n <= total; n += 1) {
    rooms.post('a');
    if (n % 50 === 0) (n % 100 === 0 ? one : two).cut();
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  await until('all have all', () => readers.every(({ heard }) => heard.results.length >= total));
  const expected = Array.from({ length: total }, (_, index) => index + 1);
  for (const { heard } of readers) {
    assert.deepEqual(seqs(heard), expected);
    assert.equal(heard.ending, null);
  }
  assert.match(await world.metrics.metrics(), /gateway_subscriptions_healed_total [1-9]/);
});

test('a client that does not read holds up nobody, and goes on where it was', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  await using world = createWorld([copy.url], publicly);
  const slow = world.subscribe(withName, { variables: { room: 'a' } });
  const quick = world.subscribe(withName, { variables: { room: 'a' } });
  await until('both subscribed', () => rooms.readers === 2);
  slow.heard.isReady = false;
  for (let n = 1; n <= 500; n += 1) rooms.post('a');
  await until('the quick one has all', () => quick.heard.results.length === 500);
  assert.equal(slow.heard.results.length, 0);
  slow.heard.isReady = true;
  slow.subscription.resume();
  await until('the slow one has all', () => slow.heard.results.length === 500);
  assert.deepEqual(seqs(slow.heard), seqs(quick.heard));
  assert.match(await world.metrics.metrics(), /^gateway_subscriptions_slowed_total [1-9]/m);
});

test('an object of another subgraph without its __typename is an error, not a silent null', async () => {
  const event = { __typename: 'Posted', seq: 1, text: 'a 1', author: { id: 'ada' } };
  await using copy = await startForeign({ type: 'next', payload: { data: { events: event } } });
  await using world = createWorld([copy.url], publicly);
  const { heard } = world.subscribe(withName, { variables: { room: 'a' } });
  await until('it has the event', () => heard.results.length === 1);
  assert.deepEqual(
    heard.results[0]?.errors?.map(({ path }) => path),
    [['events', 'author']],
  );
});

test('a subgraph that is away holds an event back, and the stream ends when it stays away', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  let isAway = true;
  await using world = createWorld([copy.url], (representations, authorization) => {
    if (!isAway) return publicly(representations, authorization);
    const error = Object.assign(new Error('away'), { extensions: { code: 'SERVICE_UNAVAILABLE' } });
    return { errors: [error], isPublic: false };
  });
  const { heard } = world.subscribe(withName, { variables: { room: 'a' } });
  await until('subscribed', () => rooms.readers === 1);
  rooms.post('a');
  rooms.post('a');
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(heard.results.length, 0);
  isAway = false;
  await until('both events are there', () => heard.results.length === 2);
  assert.deepEqual(seqs(heard), [1, 2]);
});

test('a token that is renewed while its copy is away: still nothing twice', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  await using world = createWorld([copy.url], publicly);
  const { heard, subscription } = world.subscribe(withName, { variables: { room: 'a' } });
  await until('subscribed', () => rooms.readers === 1);
  rooms.post('a');
  await until('it has the first', () => heard.results.length === 1);
  copy.cut();
  await until('it is left', () => rooms.readers === 0);
  const authorization = 'Bearer newer';
  subscription.renew({ authorization, requester: authorization, context: { authorization } });
  await until('it is back', () => rooms.readers > 0);
  await new Promise((resolve) => setTimeout(resolve, 600));
  rooms.post('a');
  rooms.post('a');
  await until('it has all', () => heard.results.length >= 3);
  assert.deepEqual(seqs(heard), [1, 2, 3]);
  assert.equal(rooms.readers, 1);
});

test('an error that only one viewer gets is not what the others get', async () => {
  const rooms = new Rooms();
  await using copy = await startCopy(rooms);
  await using world = createWorld([copy.url], (representations, authorization) => {
    if (authorization !== 'Bearer banned') return publicly(representations, authorization);
    const error = Object.assign(new Error('banned'), { extensions: { code: 'FORBIDDEN' } });
    return { data: { _entities: [null] }, errors: [error], isPublic: false };
  });
  const all = ['banned', 'ada', 'linus'].map((viewer) =>
    world.subscribe(withName, { variables: { room: 'a' }, viewer }),
  );
  await until('all subscribed', () => rooms.readers === 3);
  rooms.post('a');
  await until('all have it', () => all.every(({ heard }) => heard.results.length === 1));
  assert.deepEqual(
    all.map(({ heard }) => heard.results[0]?.errors?.length ?? 0),
    [1, 0, 0],
  );
});

test('what a subgraph says of a refused operation is formatted like every error', async () => {
  const payload = [{ message: 'password=secret', extensions: { stacktrace: ['here'] } }];
  await using copy = await startForeign({ type: 'error', payload });
  await using world = createWorld([copy.url], publicly);
  const { heard } = world.subscribe(withName, { variables: { room: 'a' } });
  await until('it is refused', () => heard.ending !== null);
  assert.equal(heard.ending, 'error Internal server error');
});
