/** Supergraphs with security directives under any name are loaded by Apollo's gateway once these are taken out, and nothing else changes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { parse } from 'graphql';
import { toLoadableSupergraph } from './loadable-supergraph.ts';

function compose(imports: string, directive: string): string {
  const sdl = `extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.6", import: [${imports}])
    type Query { open: Int  closed: Int ${directive} }`;
  const { supergraphSdl, errors } = composeServices([{ name: 's', typeDefs: parse(sdl), url: 'http://s' }]);
  assert.deepEqual(errors ?? [], []);
  return supergraphSdl ?? '';
}

async function fieldsLoaded(supergraphSdl: string): Promise<string[]> {
  const gateway = new ApolloGateway({ supergraphSdl });
  try {
    const { schema } = await gateway.load();
    return Object.keys(schema.getQueryType()?.getFields() ?? {});
  } finally {
    await gateway.stop();
  }
}

for (const [name, imports, directive] of [
  ['@authenticated', '"@authenticated"', '@authenticated'],
  ['@requiresScopes', '"@requiresScopes"', '@requiresScopes(scopes: [["a"]])'],
  ['@policy', '"@policy"', '@policy(policies: [["a"]])'],
  ['a directive of another name', '{ name: "@authenticated", as: "@mine" }', '@mine'],
] as const)
  test(`a supergraph with ${name} is loaded`, async () => {
    const supergraphSdl = compose(imports, directive);
    await assert.rejects(fieldsLoaded(supergraphSdl));
    assert.deepEqual(await fieldsLoaded(toLoadableSupergraph(supergraphSdl)), ['open', 'closed']);
  });

test('a supergraph without any stays as it is', () => {
  const supergraphSdl = readFileSync('schema/supergraph.graphql', 'utf8');
  assert.equal(toLoadableSupergraph(supergraphSdl), supergraphSdl);
});
