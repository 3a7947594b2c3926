/** Settings of the gateway that depend on each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGatewayConfig } from './config.ts';

const environment = {
  INTERNAL_KEY: 'a key for this test that is long enough',
  JWT_SECRET: 'a secret for this test that is long enough',
  KAFKA_BROKERS: '127.0.0.1:9093',
};

test('what subgraphs speak for subscriptions', () => {
  const read = (SUBSCRIPTION_PROTOCOLS: string, CALLBACK_URL = '') =>
    readGatewayConfig({ ...environment, SUBSCRIPTION_PROTOCOLS, CALLBACK_URL }).subscriptionProtocols;
  assert.deepEqual(read(''), []);
  assert.deepEqual(read('reviews=sse, prices=callback', 'http://gateway-1:4000'), [
    { subgraph: 'reviews', protocol: 'sse' },
    { subgraph: 'prices', protocol: 'callback' },
  ]);
  assert.throws(
    () => read('reviews=smoke'),
    /SUBSCRIPTION_PROTOCOLS: reviews=smoke is not subgraph=protocol/,
  );
  assert.throws(() => read('reviews'), /SUBSCRIPTION_PROTOCOLS: reviews is not subgraph=protocol/);
  assert.throws(() => read('prices=callback'), /CALLBACK_URL: is missing/);
  assert.throws(() => read('prices=callback', 'gateway-1:4000'), /CALLBACK_URL: must be a URL/);
});

test('header rules are read at start, and say which rule is wrong', () => {
  const read = (HEADER_RULES: string) => readGatewayConfig({ ...environment, HEADER_RULES }).headerRules;
  assert.equal(read('').forSubgraph('chat'), null);
  const rules = read('[{"propagate": "x-tenant", "subgraph": "chat"}]');
  assert.deepEqual(rules.forSubgraph('chat')?.({ 'x-tenant': 'acme' }), { 'x-tenant': 'acme' });
  assert.throws(
    () => read('[{"propagate": "x-a"}, {"insert": "x-b"}, {"remove": "authorization"}]'),
    /HEADER_RULES: rule 2: insert: .*\n.*HEADER_RULES: rule 3: remove: "authorization" is the gateway's own/,
  );
});

test('with trusted documents only there have to be some', () => {
  const read = (TRUSTED_DOCUMENTS_PATHS: string) =>
    readGatewayConfig({ ...environment, PERSISTED_OPERATIONS_ONLY: 'true', TRUSTED_DOCUMENTS_PATHS });
  assert.deepEqual(read('web.json, ios.json').trustedDocumentsPaths, ['web.json', 'ios.json']);
  assert.throws(() => read(''), /TRUSTED_DOCUMENTS_PATHS: is missing/);
});
