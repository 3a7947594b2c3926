/** Answers in parts, from the operation to the parts: on a small federation of subgraphs that can be held back, by Apollo's plans. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { GraphQLError, graphql, parse, validate } from 'graphql';
import { Registry } from 'prom-client';
import { notPublic } from '../cache-policy.ts';
import type { GatewayContext } from '../viewer.ts';
import { createApolloPlanning } from './apollo-planning.ts';
import { withDefer } from './defer-directive.ts';
import type { ResultInParts } from './deferred-answer.ts';
import { createDemandControl } from './demand-control.ts';
import type { QueryResult } from './prepared-operation.ts';
import { toFirstPart, toLaterPart } from './query-answer.ts';
import type { QueryOperation } from './query-operation.ts';
import { createQueryOperation } from './query-operation.ts';
import { createQuerySchema } from './query-schema.ts';
import type { QuerySource } from './query-source.ts';
import { parseAnswer } from './subgraph-answer.ts';
import { readSupergraphFacts } from './supergraph-facts.ts';
import { createSupergraphRules } from './supergraph-rules.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@authenticated"])`;
const usersSdl = `${link}
  type Query { me: User, users: [User!]!, beings: [Being!]!, motto: String, version: Version }
  type Mutation { rename(name: String!): User }
  type Version { number: Int, text: String }
  interface Being { name: String }
  type Robot implements Being { name: String, model: String }
  type User implements Being @key(fields: "id") { id: ID!, name: String, friend: User, secret: String @authenticated }`;
const reviewsSdl = `${link}
  type Query { top: Review }
  type User @key(fields: "id") { id: ID!, reviews: [Review!]!, rating: Int!, score: Int }
  type Review { text: String!, author: User! }`;

const names: Record<string, string> = { u1: 'Ada', u2: 'Bob' };
const toUser = (id: string) => ({ __typename: 'User', id });
const userFields = {
  __resolveReference: ({ id }: { id: string }) => toUser(id),
  name: ({ id }: { id: string }) => names[id],
  friend: ({ id }: { id: string }) => toUser(id === 'u1' ? 'u2' : 'u1'),
  secret: () => 'xyz',
};
const resolvers: Record<string, GraphQLResolverMap<unknown>> = {
  users: {
    Query: {
      me: () => toUser('u1'),
      users: () => ['u1', 'u2'].map(toUser),
      beings: () => [toUser('u1'), { __typename: 'Robot', name: 'R2', model: 'D2' }],
      motto: () => 'onwards',
      version: () => ({ number: 4, text: 'four' }),
    },
    Mutation: { rename: () => toUser('u1') },
    User: userFields,
  },
  reviews: {
    Query: { top: () => ({ text: 'good', author: toUser('u2') }) },
    User: {
      __resolveReference: ({ id }: { id: string }) => toUser(id),
      reviews: ({ id }: { id: string }) => [{ text: `of ${id}`, author: toUser(id) }],
      rating: ({ id }: { id: string }) => {
        if (id === 'u2') throw new Error('no rating');
        return 5;
      },
      score: ({ id }: { id: string }) => {
        if (id === 'u2') throw new Error('no score');
        return 7;
      },
    },
  },
};

/** Subgraphs by name; each request waits while its subgraph is held. */
class World {
  readonly requests: string[] = [];
  readonly #held = new Map<string, PromiseWithResolvers<void>>();
  readonly #down = new Set<string>();
  readonly #schemas = new Map(
    Object.entries({ users: usersSdl, reviews: reviewsSdl }).map(([name, sdl]) => [
      name,
      buildSubgraphSchema([
        { typeDefs: parse(sdl), resolvers: resolvers[name] as GraphQLResolverMap<unknown> },
      ]),
    ]),
  );

  hold(subgraph: string): void {
    this.#held.set(subgraph, Promise.withResolvers());
  }

  release(subgraph: string): void {
    this.#held.get(subgraph)?.resolve();
    this.#held.delete(subgraph);
  }

  breakDown(subgraph: string): void {
    this.#down.add(subgraph);
  }

  sourceOf(name: string): QuerySource {
    const schema = this.#schemas.get(name);
    if (schema === undefined) throw new Error(`there is no ${name}`);
    const ask: QuerySource['ask'] = async ({ body }) => {
      this.requests.push(name);
      const { query, variables } = JSON.parse(body);
      await this.#held.get(name)?.promise;
      if (this.#down.has(name)) throw new GraphQLError('down', { extensions: { code: 'SUBGRAPH_DOWN' } });
      const result = await graphql({ schema, source: query, variableValues: variables });
      const answer = parseAnswer(JSON.stringify(result));
      if (answer === null) throw new Error('no answer');
      return { kind: 'answer', answer, cachePolicy: notPublic };
    };
    return { ask, askForBody: ask };
  }
}

const { supergraphSdl = '', errors: unfit } = composeServices([
  { name: 'users', url: 'http://users', typeDefs: parse(usersSdl) },
  { name: 'reviews', url: 'http://reviews', typeDefs: parse(reviewsSdl) },
]);
assert.equal(unfit, undefined);
const built = Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false });
const api = withDefer(built.apiSchema().toGraphQLJSSchema());
const supergraph = built.schema.toGraphQLJSSchema();
const plan = createApolloPlanning(supergraphSdl);

function prepare(world: World, text: string): QueryOperation {
  const document = parse(text);
  assert.deepEqual(validate(api, document), []);
  return createQueryOperation(
    {
      schema: createQuerySchema({ supergraphSdl, supergraph, api }),
      planner: { facts: readSupergraphFacts(supergraphSdl), plan: async (request) => plan(request) },
      rules: createSupergraphRules(supergraphSdl, { costListItems: 10 }),
      demandControl: createDemandControl({ mode: 'enforce', costMax: 10_000, metrics: new Registry() }),
      enabledOverrides: new Set(),
      sourceOf: (name) => world.sourceOf(name),
    },
    { text, operationName: null, document },
  );
}

const context: GatewayContext = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: [] as never },
};

function ask(world: World, text: string, variables: Record<string, unknown> = {}) {
  return prepare(world, text).executeInParts({ variables, context });
}

function askWhole(world: World, text: string, variables: Record<string, unknown> = {}) {
  return prepare(world, text).execute({ variables, context });
}

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
  const world = new World();
  world.hold('reviews');

  const result = await ask(world, '{ me { name ... @defer(label: "more") { reviews { text } } } }');

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

  const parts = await all(await ask(new World(), text));

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

test('a nested part comes after the one around it, though it was there before', async () => {
  const world = new World();
  world.hold('users');
  const asking = ask(world, '{ me { id ... @defer(label: "a") { name ... @defer(label: "b") { score } } } }');
  await turn();
  world.release('users');
  const result = await asking;
  world.hold('users');
  const coming = all(result);
  while (world.requests.length < 3) await turn();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  world.release('users');

  const parts = await coming;

  assert.deepEqual(world.requests, ['users', 'users', 'reviews']);
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

  const parts = await all(await ask(new World(), text));

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

  const parts = await all(await ask(new World(), text));
  assert.deepEqual(parts, [
    { data: { me: { name: 'Ada', id: 'u1' } }, hasNext: true },
    { incremental: [{ data: { score: 7 }, path: ['me'] }], hasNext: false },
  ]);

  const atOnce = await ask(new World(), text, { later: false });
  assert.deepEqual(atOnce.kind === 'data' && JSON.parse(atOnce.data), {
    me: { name: 'Ada', score: 7, id: 'u1' },
  });
  const without = await ask(new World(), text, { more: false });
  assert.deepEqual(without.kind === 'data' && JSON.parse(without.data), { me: { name: 'Ada', id: 'u1' } });
});

test('what may not be null leaves null of its part only', async () => {
  const parts = await all(await ask(new World(), '{ users { id ... @defer { rating } } }'));

  assert.deepEqual(parts[0], { data: { users: [{ id: 'u1' }, { id: 'u2' }] }, hasNext: true });
  assert.deepEqual(items(parts), [
    { data: null, path: ['users', 1], errors: [{ message: 'no rating', path: ['users', 1, 'rating'] }] },
    { data: { rating: 5 }, path: ['users', 0] },
  ]);
});

test('where the first part is null nothing comes later', async () => {
  const text =
    '{ motto me { rating ... @defer { name } } friend: users { friend { rating ... @defer { name } } } }';

  const parts = await all(await ask(new World(), text));

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
  const world = new World();
  world.breakDown('reviews');

  const parts = await all(await ask(world, '{ me { name ... @defer { score } } }'));

  assert.deepEqual(parts, [
    { data: { me: { name: 'Ada' } }, hasNext: true },
    { incremental: [{ data: { score: null }, path: ['me'], errors: [{ message: 'down' }] }], hasNext: false },
  ]);
});

test('when the first part fails, the last word is said all the same', async () => {
  const world = new World();
  world.breakDown('users');

  const parts = await all(await ask(world, '{ me { name ... @defer { score } } }'));

  assert.deepEqual(parts, [
    { data: { me: null }, errors: [{ message: 'down' }], hasNext: true },
    { hasNext: false },
  ]);
});

test('a mutation runs once, and what is deferred in its answer comes later', async () => {
  const world = new World();

  const parts = await all(await ask(world, 'mutation { rename(name: "A") { name ... @defer { score } } }'));

  assert.deepEqual(parts, [
    { data: { rename: { name: 'Ada' } }, hasNext: true },
    { incremental: [{ data: { score: 7 }, path: ['rename'] }], hasNext: false },
  ]);
  assert.deepEqual(world.requests, ['users', 'reviews']);
});

test('what a viewer may not see is null in its part, fetched by nobody', async () => {
  const parts = await all(await ask(new World(), '{ me { name ... @defer { secret score } } }'));

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
    '{ _me: me { id: name ... @defer { score _friend: friend { id: name ... @defer { score } } } } }';

  const parts = await all(await ask(new World(), text));

  assert.deepEqual(parts[0], { data: { _me: { id: 'Ada' } }, hasNext: true });
  assert.deepEqual(items(parts), [
    { data: { score: 7, _friend: { id: 'Bob' } }, path: ['_me'] },
    {
      data: { score: null },
      path: ['_me', '_friend'],
      errors: [{ message: 'no score', path: ['_me', '_friend', 'score'] }],
    },
  ]);
});

test('once nobody asks any more, nothing is begun', async () => {
  const world = new World();
  world.hold('reviews');
  const text =
    '{ me { name ... @defer { score friend { name ... @defer { id reviews { author { name } } } } } } }';
  const result = await ask(world, text);
  if (result.kind === 'parts') result.later.stop();
  const before = world.requests.length;
  world.release('reviews');
  for (let turns = 0; turns < 50; turns += 1) await turn();

  assert.ok(world.requests.length <= before + 1, world.requests.join(' '));
});

test('in one answer for those who do not take parts', async () => {
  const text = '{ users { id ... @defer { score friend { ... @defer { name } } } } }';

  const result = await askWhole(new World(), text);

  assert.equal(result.kind, 'data');
  assert.deepEqual(result.kind === 'data' && JSON.parse(result.data), {
    users: [
      { id: 'u1', score: 7, friend: { name: 'Bob' } },
      { id: 'u2', score: null, friend: { name: 'Ada' } },
    ],
  });
});
