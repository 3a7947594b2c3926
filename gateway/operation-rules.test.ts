/** Subscriptions are let in by what the supergraph asks for them and what they cost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createSessionId, createUserId } from '#schema/ids.ts';
import { createOperationLimits } from './limits.ts';
import { createOperations } from './operations.ts';
import { createDemandControl } from './queries/rules/demand-control.ts';
import { createSupergraphRules } from './queries/rules/supergraph-rules.ts';
import { createGeneration } from './subscriptions/generation.ts';
import type { Identity } from './viewer.ts';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@requiresScopes", "@policy", "@listSize"])
  type Query { a: Int }
  type Subscription {
    ticks: Tick
    secrets: Tick @policy(policies: [["insider"]])
    batches(size: Int): [Tick] @listSize(slicingArguments: ["size"])
  }
  type Tick { at: Int  by: String @requiresScopes(scopes: [["see:by"]])  inner: Tick }
`;
const { supergraphSdl = '' } = composeServices([{ name: 's', typeDefs: parse(sdl), url: 'http://s' }]);
const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null });
const generation = createGeneration({
  supergraphSdl,
  schema: supergraph.apiSchema().toGraphQLJSSchema(),
  resume: { argument: 'after', cursorField: 'cursor' },
});
const served = Object.assign(generation, createSupergraphRules(supergraphSdl, { costListItems: 1 }));
const operations = createOperations({
  limits: createOperationLimits({
    ...{
      tokensMax: 1_000,
      depthMax: 10,
      aliasesMax: 15,
      directivesMax: 20,
      rootFieldsMax: 20,
      selectionsMax: 5_000,
    },
    ...{ itemsMax: 3_000, introspectionEnabled: true },
  }),
  demandControl: createDemandControl({ mode: 'enforce', costMax: 50, metrics: new Registry() }),
  currentGeneration: () => served,
  documentsMax: 10,
  logger: pino({ level: 'silent' }),
});

function viewer(scopes: readonly string[], policies: readonly string[] = []): Identity {
  const session = { userId: createUserId(), sessionId: createSessionId(), tokenId: 't', expiresAtMs: 0 };
  const grants = { scopes: new Set(scopes), policies: new Set(policies) };
  return { kind: 'viewer', viewer: { ...session, ...grants }, authorization: '' };
}

/** The codes and paths of the refusal; nothing when it may run. */
function judge(query: string, identity: Identity, variables: Record<string, unknown> = {}): string[] {
  const prepared = operations.prepare({ document: { kind: 'text', query }, variables }, identity);
  if (prepared.kind !== 'refused') return [];
  return prepared.errors.map(({ extensions, path }) => [extensions.code, ...(path ?? [])].join(' '));
}

test('a subscription with a field that its viewer may not see is refused, each time it is asked', () => {
  const query = 'subscription { ticks { at inner { by } } }';
  for (let times = 0; times < 2; times += 1) {
    assert.deepEqual(judge(query, viewer([])), ['UNAUTHORIZED_FIELD_OR_TYPE ticks inner by']);
    assert.deepEqual(judge(query, viewer(['see:by'])), []);
  }
  assert.deepEqual(judge('subscription { secrets { at } }', viewer(['insider'])), [
    'UNAUTHORIZED_FIELD_OR_TYPE secrets',
  ]);
  assert.deepEqual(judge('subscription { secrets { at } }', viewer([], ['insider'])), []);
});

test('a field that is not included is no reason to refuse it', () => {
  const query = 'subscription($by: Boolean = false) { ticks { at by @include(if: $by) } }';
  assert.deepEqual(judge(query, viewer([])), []);
  assert.deepEqual(judge(query, viewer([]), { by: true }), ['UNAUTHORIZED_FIELD_OR_TYPE ticks by']);
});

test('nobody without a token subscribes, and is told to sign in', () => {
  assert.deepEqual(judge('subscription { ticks { by } }', { kind: 'anonymous' }), ['UNAUTHENTICATED']);
});

test('a subscription that costs too much is refused by its variables', () => {
  const query = 'subscription($size: Int) { batches(size: $size) { at } }';
  assert.deepEqual(judge(query, viewer([]), { size: 50 }), []);
  assert.deepEqual(judge(query, viewer([]), { size: 51 }), ['COST_ESTIMATED_TOO_EXPENSIVE']);
});
