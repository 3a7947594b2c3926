/** What clients must not see of an interface's implementations is left out of answers, so its type has to be asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { parse, print } from 'graphql';
import { createQuerySchema } from '../execution/query-schema.ts';
import { askForTypeNames } from './type-names-asked.ts';

function load(directive: string) {
  const typeDefs =
    parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@inaccessible"])
    type Query { pets: [Pet!]! }
    interface Pet { name: String! }
    type Cat implements Pet { name: String! }
    type Spy implements Pet ${directive} { name: String! }`);
  const { supergraphSdl = '' } = composeServices([{ name: 'pets', typeDefs, url: 'http://pets' }]);
  const supergraph = Supergraph.build(supergraphSdl);
  return createQuerySchema({
    supergraphSdl,
    supergraph: supergraph.schema.toGraphQLJSSchema(),
    api: supergraph.apiSchema().toGraphQLJSSchema(),
  });
}

const document = parse('{ pets { name ... on Cat { name } } }');

test('the type is asked for where an object may be hidden', () => {
  const asked = print(askForTypeNames(document, load('@inaccessible')));
  assert.equal(asked, print(parse('{ pets { name ... on Cat { name } __typename } }')));
});

test('it is asked for once, and nowhere else', () => {
  const schema = load('@inaccessible');
  const asking = parse('{ pets { __typename name } }');
  assert.equal(askForTypeNames(asking, schema), asking);
  assert.equal(askForTypeNames(document, load('')), document);
});
