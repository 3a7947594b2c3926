/** Documents are checked and planned once: what was warmed up is not looked at again when clients ask. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Supergraph } from '@apollo/federation-internals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { SessionId, UserId } from '#schema/ids.ts';
import { readGatewayConfig } from './config.ts';
import { refuseDocument } from './documents/document-refusal.ts';
import { createOperationLimits } from './limits.ts';
import { createOperations } from './operations.ts';
import { createDemandControl } from './queries/rules/demand-control.ts';
import { createSupergraphRules } from './queries/rules/supergraph-rules.ts';
import { createGeneration } from './subscriptions/generation.ts';
import type { Identity } from './viewer.ts';

const supergraphSdl = readFileSync('schema/supergraph.graphql', 'utf8');
const config = readGatewayConfig({
  INTERNAL_KEY: 'a key for this test that is long enough',
  JWT_SECRET: 'a secret for this test that is long enough',
  KAFKA_BROKERS: '127.0.0.1:9093',
});
const identity: Identity = {
  kind: 'viewer',
  authorization: 'Bearer token',
  viewer: {
    userId: 'ada' as UserId,
    sessionId: 's' as SessionId,
    tokenId: 't',
    expiresAtMs: 0,
    scopes: new Set(),
    policies: new Set(),
  },
};

function world() {
  const made = createGeneration({
    supergraphSdl,
    schema: Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema(),
    resume: { argument: 'after', cursorField: 'cursor' },
  });
  const generation = Object.assign(made, createSupergraphRules(supergraphSdl, config));
  const limits = createOperationLimits(config);
  let parsed = 0;
  const operations = createOperations({
    limits: {
      ...limits,
      parseDocument: (source) => {
        parsed += 1;
        return limits.parseDocument(source);
      },
    },
    demandControl: createDemandControl({ mode: 'enforce', costMax: 1_000, metrics: new Registry() }),
    currentGeneration: () => generation,
    documentsMax: 100,
    logger: pino({ level: 'silent' }),
  });
  const prepare = (query: string, operationName?: string) => {
    const before = parsed;
    const { kind } = operations.prepare({ document: { kind: 'text', query }, operationName }, identity);
    return { kind, parsed: parsed - before };
  };
  return { operations, prepare };
}

test('a subscription that was warmed up is not parsed again, named or not', () => {
  const { operations, prepare } = world();
  const query = 'subscription Inbox { inboxEvents { __typename } }';
  operations.warmUpText(query);
  assert.deepEqual(prepare(query, 'Inbox'), { kind: 'subscription', parsed: 0 });
  assert.deepEqual(prepare(query), { kind: 'subscription', parsed: 0 });
  assert.deepEqual(prepare(`${query} `), { kind: 'subscription', parsed: 1 });
});

test('of a document with several, each is warmed up', () => {
  const { operations, prepare } = world();
  const query = 'subscription A { inboxEvents { __typename } } subscription B { inboxEvents { __typename } }';
  operations.warmUpText(query);
  for (const name of ['A', 'B']) assert.deepEqual(prepare(query, name), { kind: 'subscription', parsed: 0 });
  assert.equal(prepare(query).kind, 'refused');
});

test('what is wrong with a text is thrown', () => {
  const { operations } = world();
  assert.throws(() => operations.warmUpText('{'), /Syntax Error/);
  assert.throws(
    () => operations.warmUpText('{ viewer { nothing missing } }'),
    (error) => error instanceof AggregateError && error.errors.length === 2,
  );
  operations.warmUpText('{ viewer { email } }');
});

test('a refused document is refused, whoever asks', () => {
  const { operations } = world();
  const document = refuseDocument('QUERY_NOT_IN_SAFELIST');
  const prepared = operations.prepare({ document }, identity);
  assert.ok(prepared.kind === 'refused');
  assert.equal(prepared.errors[0]?.extensions.code, 'QUERY_NOT_IN_SAFELIST');
});
