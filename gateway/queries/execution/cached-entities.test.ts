/** Entities that nobody may keep are asked for directly, from the second time on, until they may be kept again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { CachePolicy } from '../../cache-policy.ts';
import { notPublic } from '../../cache-policy.ts';
import { createEntityCache } from '../../entities/entity-cache.ts';
import { SubgraphReply } from '../../traffic/exchange.ts';
import type { EntityFetch } from '../planning/plan.ts';
import { compileCachedAsk } from './cached-entities.ts';
import { Execution } from './execution.ts';

const fetch: EntityFetch = {
  ...{ kind: 'EntityFetch', subgraph: 'people', operationName: null, variables: [] },
  operation:
    'query($representations:[_Any!]!){_entities(representations:$representations){...on Person{name}}}',
  groups: [
    {
      ...{ responseKey: '_entities', variable: 'representations', paths: [[]], requires: [] },
      ...{ inputRewrites: [], outputRewrites: [] },
    },
  ],
};
const context = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: {} },
} as const;
const representation = '{"__typename":"Person","id":"1"}';
const person = { size: 1, text: `[${representation}]`, split: () => [representation] };

test('what is public is kept, what is not is asked for directly, and what becomes public is kept again', async () => {
  const asked: string[] = [];
  let policy: CachePolicy = notPublic;
  const source = createEntityCache({ bytesMax: 10_000, metrics: new Registry() }).cover('people', {
    process: async () => {
      asked.push('by way of the cache');
      return { data: { _entities: [{ name: 'Ada' }] }, cachePolicy: policy };
    },
  });
  const ask = compileCachedAsk(
    fetch,
    () => source,
    async () => {
      asked.push('directly');
      const bytes = Buffer.from('{"data":{"_entities":[{"name":"Ada"}]}}');
      const cacheControl = policy.isPublic ? 'public, max-age=60' : 'private';
      return { kind: 'sent', reply: new SubgraphReply(200, bytes, cacheControl) };
    },
  );
  const askOnce = async () => {
    const execution = new Execution({ context, variables: {}, conditions: new Map() });
    const reply = await ask(execution, [person]);
    return reply.kind === 'kept' ? reply.texts.get('_entities') : reply.reply.text;
  };

  assert.equal(await askOnce(), '[{"name":"Ada"}]');
  for (let times = 0; times < 2; times += 1)
    assert.equal(await askOnce(), '{"data":{"_entities":[{"name":"Ada"}]}}');
  policy = { isPublic: true, maxAgeSeconds: 60 };
  await askOnce();
  for (let times = 0; times < 3; times += 1) assert.equal(await askOnce(), '[{"name":"Ada"}]');

  assert.deepEqual(asked, ['by way of the cache', 'directly', 'directly', 'directly', 'by way of the cache']);
});

test('a fetch that the cache does not know, for a directive on its operation, is asked for directly', async () => {
  const source = createEntityCache({ bytesMax: 10_000, metrics: new Registry() }).cover('people', {
    process: () => assert.fail('by way of the cache'),
  });
  const reply = new SubgraphReply(200, Buffer.from('{"data":{"_entities":[null]}}'), 'public, max-age=60');
  const ask = compileCachedAsk(
    { ...fetch, operation: fetch.operation.replace('){', ')@trace{') },
    () => source,
    async () => ({ kind: 'sent', reply }),
  );
  const execution = new Execution({ context, variables: {}, conditions: new Map() });
  assert.deepEqual(await ask(execution, [person]), { kind: 'sent', reply });
});
