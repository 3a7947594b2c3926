/** What a supergraph asks for by @authenticated and @requiresScopes, enforced by a real gateway over HTTP, for new and for known operations. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { createMessageMe } from '#tests/audit/gateways/messageme.ts';
import { request } from '#tests/harness/client.ts';

const { KAFKA_BROKERS: kafkaBrokers = '', TEST_FOLDER: testFolder = '' } = process.env;
const stack = new AsyncDisposableStack();
let url: string;
const asked: string[] = [];

const sdl = `extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@authenticated", "@requiresScopes"])
  type Query { person: Person! }
  type Person @key(fields: "id") {
    id: ID! @authenticated
    name: String!
    salary: Int @requiresScopes(scopes: [["read:salary"]])
  }`;
const otherSdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key"])
  type Person @key(fields: "id") { id: ID!, age: Int }`;

/** Answers at a port of its own, and remembers what it was asked. */
async function serve(typeDefs: string): Promise<string> {
  const person = { __typename: 'Person', id: 'secret', name: 'Ada', salary: 9, age: 36 };
  const Person = { __resolveReference: () => person };
  const resolvers = typeDefs === sdl ? { Query: { person: () => person }, Person } : { Person };
  const schema = buildSubgraphSchema([{ typeDefs: parse(typeDefs), resolvers }]);
  const server = createServer(async (request, response) => {
    const { query = '{__typename}', variables } = JSON.parse((await text(request)) || '{}');
    asked.push(query);
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

before(async () => {
  const services = [
    { name: 'people', typeDefs: parse(sdl), url: await serve(sdl) },
    { name: 'ages', typeDefs: parse(otherSdl), url: await serve(otherSdl) },
  ];
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? []);
  const folder = mkdtempSync(join(testFolder, 'access-'));
  const supergraphPath = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphPath, supergraphSdl);
  const gateway = createMessageMe({ folder, kafkaBrokers, print: () => undefined });
  ({ url } = stack.use(await gateway.start(supergraphPath)).target);
});
after(() => stack.disposeAsync());

test('a field that the viewer may not see is null, told, and not fetched', async () => {
  const query = '{ person { name salary age } }';
  const first = await request<object>(url, query);
  assert.deepEqual(first.data, { person: { name: 'Ada', salary: null, age: 36 } });
  assert.deepEqual(
    first.errors.map(({ path, extensions }) => [extensions.code, path]),
    [['UNAUTHORIZED_FIELD_OR_TYPE', ['person', 'salary']]],
  );
  assert.deepEqual(await request<object>(url, query), first);
  assert.ok(!asked.some((operation) => operation.includes('salary')));
});

test('a key that is fetched for the plan is not shown under its name', async () => {
  const query = '{ person { id age } }';
  for (let times = 0; times < 2; times += 1) {
    const { data, errors } = await request<object>(url, query);
    assert.equal(data, null);
    assert.equal(errors.length, 1);
    assert.deepEqual(errors[0]?.path, ['person', 'id']);
  }
  assert.ok(asked.some((operation) => operation.includes('_entities')));
});
