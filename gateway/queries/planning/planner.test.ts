/** Plans of both planners, run against subgraphs that share a world with one server for everything: the answers must be the same. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { parse, print, validate } from 'graphql';
import pino from 'pino';
import type { Federation } from '#tests/planning/federation.ts';
import { createFederation } from '#tests/planning/federation.ts';
import type { Operation } from '#tests/planning/operations.ts';
import { operationsOf } from '#tests/planning/operations.ts';
import { chat, conflicts, keys, library, moving, shop } from '#tests/planning/supergraphs.ts';
import { createApolloPlanning } from './apollo-planning.ts';
import { protectClientNames, toClientName } from './client-keys.ts';
import { createOperationPlanner } from './operation-planner.ts';
import { selectOverrides } from './override-labels.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest, QueryPlanner } from './planner.ts';
import { startPlanner } from './planner-process.ts';
import { readSupergraphFacts } from './supergraph-facts.ts';

type Planning = (request: PlanRequest) => Plan | Promise<Plan>;

const cases: Record<string, { sdl: string; operations: readonly (string | [string, object])[] }> = {
  chat: {
    sdl: chat,
    operations: [
      '{ viewer { user { id handle } } conversation(id: "1") { m: messages(first: 3) { nodes { sender { displayName } } } } }',
      [
        'query($s: Boolean!) { conversation(id: "1") @include(if: $s) { lastMessage { sender { handle } } } __typename }',
        { s: false },
      ],
      'mutation { logout { accepted } leaveConversation(conversationId: "1") { __typename } }',
      '{ conversationEvents(conversationId: "1") { edges { node { ... on MessageCreated { message { reactions { emoji } } } } } } }',
      '{ user(id: "1") { __proto__: handle constructor: bio toString: id } }',
    ],
  },
  shop: {
    sdl: shop,
    operations: [
      '{ products { shipping price(currency: "GBP") reviews { body by { name age } } } top { id shipping } }',
      '{ products { shipping dims { h } p: dims { w x: h(unit: "in") } } top { dims { h(unit: "in") } shipping } }',
      '{ items { __typename ... on Product { x: shipping } ... on User { age fav { shipping } } } nodes { id } }',
      [
        'query($representations: String, $__c: String) { products { reviews { product { p: price(currency: $representations) price(currency: $__c) } } } }',
        { representations: 'GBP', __c: 'X' },
      ],
      [
        'query($i: Boolean = true, $s: Boolean!) { top @include(if: $i) { shipping @skip(if: $s) reviews @include(if: $i) { body } } }',
        { s: false },
      ],
      [
        'query($i: Boolean!, $s: Boolean!) { products { reviews @include(if: $i) { __typename } shipping @skip(if: $s) } }',
        { i: true, s: true },
      ],
      '{ top { id: name shipping } products { __typename: name price: id dims: shipping stock } }',
      '{ top { reviews { product { shipping stock } } } }',
    ],
  },
  library: {
    sdl: library,
    operations: [
      '{ media { id stars ... on Book { pages } ... on Film { director { name } } } }',
      '{ rated { id title stars } r2: rated { ... on Book { pages stars } ... on Film { stars } } }',
      '{ rated { __typename } book { reviews { of { ... on Book { stars blurb } } } } }',
    ],
  },
  keys: {
    sdl: keys,
    operations: [
      '{ p { a b c } }',
      '{ p { b upc } }',
      '{ us { ... on P { size b } ... on R { s: size c } } }',
    ],
  },
};

for (const [name, { sdl, operations }] of Object.entries(cases)) {
  describe(`the ${name} supergraph`, () => {
    const federation = createFederation(sdl);
    let planner: QueryPlanner;
    before(async () => {
      planner = await startPlanner({
        supergraphSdl: federation.supergraphSdl,
        timeoutMs: 20_000,
        waitingMax: 100,
        logger: pino({ level: 'silent' }),
      });
    });
    after(() => planner[Symbol.asyncDispose]());

    for (const source of operations) {
      const [text, variables] = typeof source === 'string' ? [source, {}] : source;
      test(text, async () => {
        await agree(federation, { text, variables: { ...variables } }, planner.plan);
        await agree(
          federation,
          { text, variables: { ...variables } },
          createApolloPlanning(federation.supergraphSdl),
        );
      });
    }

    test('operations by chance', async () => {
      const { schema } = federation;
      const byChance = operationsOf(schema, { depthMax: name === 'library' ? 3 : 4 });
      const property = fc.asyncProperty(byChance, async (operation) => {
        fc.pre(validate(schema, parse(operation.text)).length === 0);
        await agree(federation, operation, planner.plan);
      });
      await fc.assert(property, { numRuns: 60 });
    });
  });
}

describe('fields that require one field with different arguments', () => {
  const federation = createFederation(conflicts);
  let planner: QueryPlanner;
  before(async () => {
    planner = await startPlanner({
      supergraphSdl: federation.supergraphSdl,
      timeoutMs: 2_000,
      waitingMax: 100,
      logger: pino({ level: 'silent' }),
    });
  });
  after(() => planner[Symbol.asyncDispose]());

  const operations: readonly (readonly [string, object])[] = [
    ['{ as { kilos grams n(unit: "t") in { n m } } }', {}],
    ['{ as { inKilos inGrams } }', {}],
    ['{ a { kilos grams } as { grams kilos } x: a { inGrams inKilos } y: a { inKilos inGrams } }', {}],
    ['{ a { others { kilos ...More } } } fragment More on A { grams second: inKilos inGrams }', {}],
    ['query($i: Boolean!) { as { kilos @include(if: $i) grams } }', { i: true }],
    ['query($i: Boolean!) { as { kilos @include(if: $i) grams inKilos @skip(if: $i) } }', { i: false }],
    ['query($i: Boolean!) { as { kilos @include(if: $i) inKilos @skip(if: $i) } }', { i: true }],
    ['query($u: String) { as { n(unit: $u) grams kilos in { n(unit: $u) } inKilos inGrams } }', { u: 'oz' }],
  ];
  for (const [text, variables] of operations)
    test(text, () => agree(federation, { text, variables: { ...variables } }, planner.plan));

  test('operations by chance', async () => {
    const byChance = operationsOf(federation.schema, { depthMax: 3 });
    const property = fc.asyncProperty(byChance, async (operation) => {
      fc.pre(validate(federation.schema, parse(operation.text)).length === 0);
      await agree(federation, operation, planner.plan);
    });
    await fc.assert(property, { numRuns: 30 });
  });
});

/** The plan brings what one server for everything answers. */
async function agree(
  federation: Federation,
  { text, variables, overrides = [] }: Operation & { readonly overrides?: readonly string[] },
  plan: Planning,
) {
  const { neededNames } = readSupergraphFacts(federation.supergraphSdl);
  const document = protectClientNames(parse(text), federation.schema, new Set(neededNames));
  const planned = await plan({ text: print(document), operationName: null, activeOverrides: overrides });
  const given = Object.entries(variables).map(([name, value]) => [findName(print(document), name), value]);
  const got = await federation.run(planned, document, Object.fromEntries(given));
  const { data } = await federation.expect(text, variables);
  assert.deepEqual(
    { ...got, data: toClient(got.data) },
    { data: toClient(data) },
    federation.requests.join('\n'),
  );
}

/** Of a client's variable in a protected document. */
function findName(text: string, name: string): string {
  const names = [...text.matchAll(/\$(\w+)/g)].map(([, used = '']) => used);
  return names.find((used) => toClientName(used) === name) ?? name;
}

/** Without prototypes, with the client's keys. */
function toClient(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toClient);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [toClientName(key), toClient(item)]));
}

test('each mutation is over, with all its answer needs, before the next begins', async () => {
  const federation = createFederation(shop);
  const text =
    'mutation { add(n: 1) { stock } review(text: "a") { product { name } } second: add { shipping } rate }';
  const { planByHive } = createOperationPlanner(federation.supergraphSdl);
  const plan = planByHive({ text, operationName: null, activeOverrides: [] });
  assert.ok(plan !== null);
  await federation.run(plan, parse(text), {});
  const order = federation.requests.map(
    (request) => /add|stock|review\(|name|second|shipping|rate/.exec(request)?.[0],
  );
  assert.deepEqual(order, ['add', 'stock', 'review(', 'name', 'second', 'shipping', 'rate']);
});

describe('progressive @override', () => {
  const federation = createFederation(moving);
  const { facts, planByHive } = createOperationPlanner(federation.supergraphSdl);
  const planByApollo = createApolloPlanning(federation.supergraphSdl);
  const fields = { v: 'percent(50)', w: 'beta', z: 'percent(4.35)' };

  test('the labels of the supergraph', () => {
    assert.deepEqual(facts.overrideLabels.toSorted(), Object.values(fields).toSorted());
  });

  for (const draw of [0, 4.34, 4.35, 49.999, 50, 99])
    for (const enabled of [[], ['beta']])
      test(`a draw of ${draw} with ${enabled.join() || 'no label'}`, async () => {
        const on = selectOverrides(facts.overrideLabels, { enabled: new Set(enabled), draw });
        const moved = [...(draw < 50 ? ['v'] : []), ...enabled.map(() => 'w'), ...(draw < 4.35 ? ['z'] : [])];
        for (const plan of [planByHive, planByApollo]) {
          await agree(
            federation,
            { text: '{ x { v w z } }', variables: {}, overrides: on },
            plan as Planning,
          );
          const asked = federation.requests.find((request) => request.startsWith('new'))?.match(/\b[vwz]\b/g);
          assert.deepEqual(asked?.toSorted() ?? [], moved);
        }
      });
});
