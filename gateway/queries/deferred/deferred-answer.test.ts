/** Answers in parts, from the operation to the parts: on a small federation of subgraphs that can be held back, by Apollo's plans. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { HeldFederation } from '#tests/planning/held-federation.ts';
import type { QueryResult } from '../execution/prepared-operation.ts';
import { toFirstPart, toLaterPart } from '../query-answer.ts';
import type { ResultInParts } from './deferred-answer.ts';

const formatError = ({ message, path }: { message: string; path?: unknown }) => ({ message, path }) as never;

function first(result: QueryResult | ResultInParts): unknown {
  assert.equal(result.kind, 'parts');
  return result.kind === 'parts' ? JSON.parse(toFirstPart(result, formatError)) : null;
}

/** All parts, as clients get them. */
async function all(result: QueryResult | ResultInParts): Promise<unknown[]> {
  const parts = [first(result)];
  if (result.kind !== 'parts') return parts;
  for (let hasNext = true; hasNext; ) {
    const part = await result.later.next();
    parts.push(JSON.parse(toLaterPart(part, formatError)));
    hasNext = part.hasNext;
  }
  return parts;
}

/** Later items in the order of their places and labels, whatever came together. */
function items(parts: readonly unknown[]): unknown[] {
  return parts
    .flatMap((part) => (part as { incremental?: object[] }).incremental ?? [])
    .map((item) => JSON.stringify(item))
    .sort()
    .map((text) => JSON.parse(text));
}

test('what is not deferred is there before the subgraph of the deferred part has answered', async () => {
  const world = new HeldFederation();
  world.hold('reviews');

  const result = await world.ask('{ me { name ... @defer(label: "more") { reviews { text } } } }');

  assert.deepEqual(first(result), { data: { me: { name: 'Ada' } }, hasNext: true });
  world.release('reviews');
  const [, ...later] = await all(result);
  assert.deepEqual(later, [
    {
      incremental: [{ data: { reviews: [{ text: 'of u1' }] }, path: ['me'], label: 'more' }],
      hasNext: false,
    },
  ]);
});

test('a deferred fragment of a list comes at each place, named fragments and labels of the client included', async () => {
  const text = `{ users { id ...more @defer(label: "first") } me { ...more @defer } }
    fragment more on User { rating: score friend { ...name @defer(label: "name") } }
    fragment name on User { name }`;

  const parts = await all(await new HeldFederation().ask(text));

  assert.deepEqual(parts[0], { data: { users: [{ id: 'u1' }, { id: 'u2' }], me: {} }, hasNext: true });
  assert.deepEqual(items(parts), [
    { data: { name: 'Ada' }, path: ['users', 1, 'friend'], label: 'name' },
    { data: { name: 'Bob' }, path: ['me', 'friend'], label: 'name' },
    { data: { name: 'Bob' }, path: ['users', 0, 'friend'], label: 'name' },
    { data: { rating: 7, friend: {} }, path: ['me'] },
    { data: { rating: 7, friend: {} }, path: ['users', 0], label: 'first' },
    {
      data: { rating: null, friend: {} },
      path: ['users', 1],
      label: 'first',
      errors: [{ message: 'no score', path: ['users', 1, 'rating'] }],
    },
  ]);
});

test('a nested part is fetched together with the one around it, and comes after it', async () => {
  const world = new HeldFederation();
  world.hold('users', 1);
  const text = '{ me { id ... @defer(label: "a") { name ... @defer(label: "b") { score } } } }';
  const result = await world.ask(text);
  for (let turns = 0; turns < 50; turns += 1) await turn();
  assert.deepEqual(world.requests, ['users', 'users', 'reviews']);
  world.release('users');

  const parts = await all(result);

  const labels = parts.flatMap((part) => (part as { incremental?: { label: string }[] }).incremental ?? []);
  assert.deepEqual(
    labels.map(({ label }) => label),
    ['a', 'b'],
  );
});

test('data of no subgraph of its own, of another type, and of a root come as parts too', async () => {
  const text = `{ motto version { number ... @defer { text } }
    beings { name ... on Robot @defer { model } ... on User @defer { score } }
    ... @defer(label: "root") { top { text } __typename } }`;

  const parts = await all(await new HeldFederation().ask(text));

  assert.deepEqual(parts[0], {
    data: { motto: 'onwards', version: { number: 4 }, beings: [{ name: 'Ada' }, { name: 'R2' }] },
    hasNext: true,
  });
  assert.deepEqual(items(parts), [
    { data: { model: 'D2' }, path: ['beings', 1] },
    { data: { score: 7 }, path: ['beings', 0] },
    { data: { text: 'four' }, path: ['version'] },
    { data: { top: { text: 'good' }, __typename: 'Query' }, path: [], label: 'root' },
  ]);
});

test('whether something is deferred may be said by a literal or a variable, next to @include', async () => {
  const text = `query ($later: Boolean! = true, $more: Boolean = true) {
    me { name ... @defer(if: $later) @include(if: $more) { score } ... @defer(if: false) { id } } }`;

  const parts = await all(await new HeldFederation().ask(text));
  assert.deepEqual(parts, [
    { data: { me: { name: 'Ada', id: 'u1' } }, hasNext: true },
    { incremental: [{ data: { score: 7 }, path: ['me'] }], hasNext: false },
  ]);

  const atOnce = await new HeldFederation().ask(text, { later: false });
  assert.deepEqual(atOnce.kind === 'data' && JSON.parse(atOnce.data), {
    me: { name: 'Ada', score: 7, id: 'u1' },
  });
  const without = await new HeldFederation().ask(text, { more: false });
  assert.deepEqual(without.kind === 'data' && JSON.parse(without.data), { me: { name: 'Ada', id: 'u1' } });
});

test('what may not be null leaves null of its part only', async () => {
  const parts = await all(await new HeldFederation().ask('{ users { id ... @defer { rating } } }'));

  assert.deepEqual(parts[0], { data: { users: [{ id: 'u1' }, { id: 'u2' }] }, hasNext: true });
  assert.deepEqual(items(parts), [
    { data: null, path: ['users', 1], errors: [{ message: 'no rating', path: ['users', 1, 'rating'] }] },
    { data: { rating: 5 }, path: ['users', 0] },
  ]);
});

test('where the first part is null nothing comes later', async () => {
  const text =
    '{ motto me { rating ... @defer { name } } friend: users { friend { rating ... @defer { name } } } }';

  const parts = await all(await new HeldFederation().ask(text));

  assert.deepEqual(parts[0], {
    data: { motto: 'onwards', me: { rating: 5 }, friend: [{ friend: null }, { friend: { rating: 5 } }] },
    errors: [{ message: 'no rating', path: ['friend', 0, 'friend', 'rating'] }],
    hasNext: true,
  });
  assert.deepEqual(items(parts), [
    { data: { name: 'Ada' }, path: ['friend', 1, 'friend'] },
    { data: { name: 'Ada' }, path: ['me'] },
  ]);
});

test('of a subgraph that is down the deferred part says so, and the first part is whole', async () => {
  const world = new HeldFederation();
  world.breakDown('reviews');

  const parts = await all(await world.ask('{ me { name ... @defer { score } } }'));

  assert.deepEqual(parts, [
    { data: { me: { name: 'Ada' } }, hasNext: true },
    { incremental: [{ data: { score: null }, path: ['me'], errors: [{ message: 'down' }] }], hasNext: false },
  ]);
});

test('parts that would make the answer too long are told of where they stand, and the rest comes', async () => {
  const text = '{ users { id ... @defer(label: "a") { name } } }';
  const world = new HeldFederation();
  world.answerBytesMax = 50;
  const parts = await all(await world.ask(text));
  assert.deepEqual(parts[0], { data: { users: [{ id: 'u1' }, { id: 'u2' }] }, hasNext: true });
  const message = 'The answer would be longer than 50 bytes; ask for less, with smaller pages.';
  assert.deepEqual(items(parts), [
    { data: null, path: ['users', 1], label: 'a', errors: [{ message, path: ['users', 1] }] },
    { data: { name: 'Ada' }, path: ['users', 0], label: 'a' },
  ]);

  world.answerBytesMax = 10;
  const result = await world.ask(text);
  if (result.kind !== 'parts') throw new Error(result.kind);
  assert.equal(result.data, 'null');
  assert.equal(result.errors[0]?.extensions.code, 'ANSWER_TOO_LARGE');
  assert.deepEqual(await result.later.next(), { items: [], hasNext: false });
});

test('when the first part fails, the last word is said all the same', async () => {
  const world = new HeldFederation();
  world.breakDown('users');

  const parts = await all(await world.ask('{ me { name ... @defer { score } } }'));

  assert.deepEqual(parts, [
    { data: { me: null }, errors: [{ message: 'down' }], hasNext: true },
    { hasNext: false },
  ]);
});

test('a mutation runs once, and what is deferred in its answer comes later', async () => {
  const world = new HeldFederation();

  const parts = await all(await world.ask('mutation { rename(name: "A") { name ... @defer { score } } }'));

  assert.deepEqual(parts, [
    { data: { rename: { name: 'Ada' } }, hasNext: true },
    { incremental: [{ data: { score: 7 }, path: ['rename'] }], hasNext: false },
  ]);
  assert.deepEqual(world.requests, ['users', 'reviews']);
});

test('what a viewer may not see is null in its part, fetched by nobody', async () => {
  const parts = await all(await new HeldFederation().ask('{ me { name ... @defer { secret score } } }'));

  assert.deepEqual(parts, [
    {
      data: { me: { name: 'Ada' } },
      errors: [{ message: 'Unauthorized field or type', path: ['me', 'secret'] }],
      hasNext: true,
    },
    { incremental: [{ data: { secret: null, score: 7 }, path: ['me'] }], hasNext: false },
  ]);
});

test('names of clients that planners could take for theirs stand in paths as the client wrote them', async () => {
  const text =
    '{ _me: me { id: name ... @defer { score _friend: friend { id: name ... @defer { _score: score } } } } }';

  const parts = await all(await new HeldFederation().ask(text));

  assert.deepEqual(parts[0], { data: { _me: { id: 'Ada' } }, hasNext: true });
  assert.deepEqual(items(parts), [
    {
      data: { _score: null },
      path: ['_me', '_friend'],
      errors: [{ message: 'no score', path: ['_me', '_friend', '_score'] }],
    },
    { data: { score: 7, _friend: { id: 'Bob' } }, path: ['_me'] },
  ]);
});

test('once nobody asks any more, nothing is begun', async () => {
  const world = new HeldFederation();
  world.hold('reviews');
  const text =
    '{ me { name ... @defer { score friend { name ... @defer { id reviews { author { name } } } } } } }';
  const result = await world.ask(text);
  if (result.kind === 'parts') result.later.stop();
  const before = world.requests.length;
  world.release('reviews');
  for (let turns = 0; turns < 50; turns += 1) await turn();

  assert.ok(world.requests.length <= before + 1, world.requests.join(' '));
});

test('in one answer for those who do not take parts', async () => {
  const text = '{ users { id ... @defer { score friend { ... @defer { name } } } } }';

  const result = await new HeldFederation().askWhole(text);

  assert.equal(result.kind, 'data');
  assert.deepEqual(result.kind === 'data' && JSON.parse(result.data), {
    users: [
      { id: 'u1', score: 7, friend: { name: 'Bob' } },
      { id: 'u2', score: null, friend: { name: 'Ada' } },
    ],
  });
});
