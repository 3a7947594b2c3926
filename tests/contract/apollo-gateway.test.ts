/** The behaviour of Apollo's planner and executor that gateway/subscriptions stands on and that is promised nowhere: it must fail here first after an upgrade. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLDataSource } from '@apollo/gateway';
import { GraphQLError, parse } from 'graphql';
import { executeEventsWhole } from '#gateway/subscriptions/execute-event.ts';
import type { SubscriptionPlan } from '#gateway/subscriptions/generation.ts';
import { createGeneration, eventService } from '#gateway/subscriptions/generation.ts';
import { createLogger } from '#platform/logger.ts';

const supergraphSdl = readFileSync(join(import.meta.dirname, '../../schema/supergraph.graphql'), 'utf8');
const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
const logger = createLogger('test', 'silent');

function plan(source: string): SubscriptionPlan {
  const generation = createGeneration({ supergraphSdl, schema, plansMax: 10 });
  return generation.planSubscription({ source, document: parse(source), operationName: undefined });
}

const ownedByChat = `subscription { conversationEvents(conversationId: "c") { ... on CaughtUp { cursor } } }`;
const acrossSubgraphs = `subscription($id: ID!, $withName: Boolean!) {
  item: conversationEvents(conversationId: $id) {
    __typename
    ... on MessageCreated { eventSeq message { body: text author: sender { id displayName @include(if: $withName) } } }
  }
}`;
const event = {
  data: {
    item: {
      __typename: 'MessageCreated',
      eventSeq: 7,
      message: { __typename: 'Message', id: 'm', body: 'hi', author: { __typename: 'User', id: 'u1' } },
    },
  },
};

function answerWith(result: object): { source: GraphQLDataSource; asked: unknown[] } {
  const asked: unknown[] = [];
  const source = {
    process: async (options: { request: { variables?: unknown } }) => {
      asked.push(options.request.variables);
      return result;
    },
  };
  return { source: source as unknown as GraphQLDataSource, asked };
}

const once = { patienceMs: 0, signal: new AbortController().signal };

async function execute(
  services: Record<string, GraphQLDataSource>,
  variables: Record<string, unknown>,
  patience = once,
) {
  const execution = { plan: plan(acrossSubgraphs), services, variables, context: {}, logger };
  const [result] = await executeEventsWhole(execution, [event], patience);
  assert.ok(result !== undefined);
  return result;
}

test('a subscription that one subgraph answers has a primary and no rest', () => {
  const { primary, plan: eventPlan } = plan(ownedByChat);
  assert.equal(primary.serviceName, 'chat');
  assert.match(primary.operation, /^subscription/);
  assert.ok(eventPlan.node?.kind === 'Sequence' && eventPlan.node.nodes.length === 1);
});

test('the primary of a subscription across subgraphs asks for keys and type names', () => {
  const { primary, plan: eventPlan } = plan(acrossSubgraphs);
  assert.match(primary.operation, /author:\s*sender\s*\{\s*__typename\s+id/);
  assert.deepEqual(primary.variableUsages, ['id']);
  assert.ok(eventPlan.node?.kind === 'Sequence' && eventPlan.node.nodes.length === 2);
});

test('the rest of the plan is fetched per event and merged under the aliases of the client', async () => {
  const auth = answerWith({ data: { _entities: [{ __typename: 'User', displayName: 'Ada' }] } });
  const result = await execute({ auth: auth.source }, { id: 'c', withName: true });
  const item = {
    __typename: 'MessageCreated',
    eventSeq: 7,
    message: { body: 'hi', author: { id: 'u1', displayName: 'Ada' } },
  };
  assert.deepEqual(JSON.parse(JSON.stringify(result)), { data: { item } });
  assert.deepEqual(JSON.parse(JSON.stringify(auth.asked)), [
    { representations: [{ __typename: 'User', id: 'u1' }] },
  ]);
});

test('the rest of the plan of many events is one fetch, and each gets its own', async () => {
  const names = ['Ada', 'Linus'];
  const auth = answerWith({
    data: { _entities: names.map((displayName) => ({ __typename: 'User', displayName })) },
  });
  const execution = {
    plan: plan(acrossSubgraphs),
    services: { auth: auth.source },
    variables: { id: 'c', withName: true },
    context: {},
    logger,
  };
  const caughtUp = { data: { item: { __typename: 'CaughtUp' } } };
  const other = structuredClone(event);
  other.data.item.message.author.id = 'u2';
  const results = await executeEventsWhole(execution, [event, caughtUp, other], once);
  const seen = results.map(({ data }) => {
    const item = data?.item as { __typename: string; message?: { author: { displayName: string } } };
    return item.message?.author.displayName ?? item.__typename;
  });
  assert.deepEqual(seen, ['Ada', 'CaughtUp', 'Linus']);
  assert.equal(auth.asked.length, 1);
});

test('an error of one of many events is its own', async () => {
  const auth = {
    process: async ({ request }: { request: { variables: { representations: { id: string }[] } } }) => {
      const { representations } = request.variables;
      if (representations.some(({ id }) => id === 'u2'))
        return { errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] };
      return { data: { _entities: representations.map(() => ({ displayName: 'Ada' })) } };
    },
  } as unknown as GraphQLDataSource;
  const execution = {
    plan: plan(acrossSubgraphs),
    services: { auth },
    variables: { id: 'c', withName: true },
    context: {},
    logger,
  };
  const other = structuredClone(event);
  other.data.item.message.author.id = 'u2';
  const results = await executeEventsWhole(execution, [event, other, event], once);
  assert.deepEqual(
    results.map(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? 'fine'),
    ['fine', ['FORBIDDEN'], 'fine'],
  );
});

test('what is missing that must not be is an error, also when no subgraph has said why', async () => {
  const auth = answerWith({ data: { _entities: [null] } });
  const { data, errors } = await execute({ auth: auth.source }, { id: 'c', withName: true });
  assert.equal(data, null);
  assert.deepEqual(
    errors?.map(({ path }) => path),
    [['item', 'message', 'author', 'displayName']],
  );
});

test('an event waits for a copy that takes good tokens for bad ones', async () => {
  let isWrong = true;
  const auth = {
    process: async () => {
      const answer = isWrong
        ? { errors: [new GraphQLError('no', { extensions: { code: 'UNAUTHENTICATED' } })] }
        : { data: { _entities: [{ displayName: 'Ada' }] } };
      isWrong = false;
      return answer;
    },
  } as unknown as GraphQLDataSource;
  const result = await execute({ auth }, { id: 'c', withName: true }, { ...once, patienceMs: 1_000 });
  assert.equal(result.errors, undefined);
});

test('a fetch that @include leaves out is not made', async () => {
  const auth = answerWith({ data: { _entities: [null] } });
  const result = await execute({ auth: auth.source }, { id: 'c', withName: false });
  assert.equal(result.errors, undefined);
  assert.deepEqual(auth.asked, []);
});

test('an error of a subgraph keeps its code and names the subgraph, also when it came with the event', async () => {
  const failing = answerWith({
    errors: [{ message: 'no', path: ['_entities', 0], extensions: { code: 'FORBIDDEN' } }],
  });
  const { errors } = await execute({ auth: failing.source }, { id: 'c', withName: true });
  assert.deepEqual(
    errors?.map(({ extensions, path }) => ({ ...extensions, path })),
    [{ code: 'FORBIDDEN', serviceName: 'auth', path: ['item', 'message', 'author'] }],
  );
  const execution = { plan: plan(ownedByChat), services: {}, variables: {}, context: {}, logger };
  const refused = { data: null, errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] };
  const [own] = await executeEventsWhole(execution, [refused], once);
  assert.deepEqual(
    own?.errors?.map(({ extensions }) => extensions),
    [{ code: 'FORBIDDEN', serviceName: 'chat' }],
  );
  assert.notEqual(eventService, 'chat');
});
