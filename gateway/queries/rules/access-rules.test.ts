/** What is left of an operation for whom, on supergraphs as Apollo's composition makes them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { DirectiveNode, GraphQLSchema, InterfaceTypeDefinitionNode } from 'graphql';
import { Kind, parse, print, stripIgnoredCharacters, validate, visit } from 'graphql';
import { createSessionId, createUserId } from '#schema/ids.ts';
import type { Identity } from '../../viewer.ts';
import type { AccessRules } from './access-rules.ts';
import { createAccessRules, listDenials } from './access-rules.ts';
import { readSupergraphDirectives } from './supergraph-directives.ts';

interface Names {
  /** What follows `import:` in @link. */
  readonly imports: string;
  readonly authenticated: string;
  readonly scopes: string;
  readonly policy: string;
}

const usual: Names = {
  imports: '["@key", "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"]',
  authenticated: '@authenticated',
  scopes: '@requiresScopes',
  policy: '@policy',
};
const renamed: Names = {
  imports:
    '["@key", "@shareable", "@interfaceObject", {name: "@authenticated", as: "@signedIn"}, {name: "@requiresScopes", as: "@may"}, {name: "@policy", as: "@rule"}]',
  authenticated: '@signedIn',
  scopes: '@may',
  policy: '@rule',
};
const prefixed: Names = {
  imports: '["@key", "@shareable", "@interfaceObject"]',
  authenticated: '@federation__authenticated',
  scopes: '@federation__requiresScopes',
  policy: '@federation__policy',
};

interface World {
  readonly supergraphSdl: string;
  readonly rules: AccessRules;
  readonly schema: GraphQLSchema;
}

function compose({ imports, authenticated, scopes, policy }: Names): World {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imports})`;
  const shop = `${link}
    type Query {
      open: String
      me: User ${authenticated}
      user: User
      users: [User!]!
      items: [Item!]!
      cards: [Card!]
      things: [Thing!]
      priced: Priced
      nobody: String ${scopes}(scopes: [])
      state: State
      day: Day
      node: Node
    }
    type Mutation { rename(name: String): User  wipe: Boolean ${policy}(policies: [["admin"]]) }
    type Subscription { ticks: Tick }
    type Tick { at: Int  by: String ${scopes}(scopes: [["see:by"]]) }
    type User @key(fields: "id") {
      id: ID!
      name: String
      email: String ${scopes}(scopes: [["user:read", "user:email"], ["admin"]])
      phone: String! ${authenticated}
      card: Card
      friends: [User!]
    }
    type Card ${authenticated} { number: String  holder: User }
    interface Item { id: ID!  price: Int }
    type Book implements Item { id: ID!  price: Int  pages: Int }
    type Bond implements Item ${scopes}(scopes: [["bonds"]]) { id: ID!  price: Int  rate: Int }
    interface Priced { cost: Int  label: String }
    type Tea implements Priced { cost: Int  label: String }
    type Gin implements Priced { cost: Int ${policy}(policies: [["adult"], ["staff"]])  label: String }
    union Thing = Book | Bond
    enum State ${authenticated} { ON OFF }
    scalar Day ${scopes}(scopes: [["days"]])
    interface Node @key(fields: "id") { id: ID! }
    type Leaf implements Node @key(fields: "id") { id: ID! }
  `;
  const extra = `${link}
    type Query { other: String }
    type Node @key(fields: "id") @interfaceObject { id: ID!  note: String ${authenticated} }
    type User @key(fields: "id") { id: ID!  score: Int ${policy}(policies: [["scores"]]) }
  `;
  const services = [shop, extra].map((sdl, index) => ({ name: `s${index}`, typeDefs: parse(sdl) }));
  const { supergraphSdl, errors } = composeServices(services);
  assert.ok(supergraphSdl, String(errors));
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null });
  const schema = supergraph.apiSchema().toGraphQLJSSchema();
  return { supergraphSdl, rules: createAccessRules(readSupergraphDirectives(supergraphSdl)), schema };
}

const worlds = { usual: compose(usual), renamed: compose(renamed), prefixed: compose(prefixed) };

function viewer(scopes = '', policies: readonly string[] = []): Identity {
  const session = { userId: createUserId(), sessionId: createSessionId(), tokenId: 't', expiresAtMs: 0 };
  const grants = { scopes: new Set(scopes.split(' ')), policies: new Set(policies) };
  return { kind: 'viewer', viewer: { ...session, ...grants }, authorization: '' };
}

const nobody: Identity = { kind: 'anonymous' };

function filter({ rules, schema }: World, source: string, identity: Identity) {
  const document = parse(source);
  assert.deepEqual(validate(schema, document), [], 'the operation of the test is valid');
  const access = rules.analyse(schema, document);
  if (access === null) return { left: stripIgnoredCharacters(print(document)), paths: [] };
  const filtered = access.filter(access.evaluate(identity));
  if (filtered.document) assert.deepEqual(validate(schema, filtered.document), []);
  const paths = filtered.denied.map(({ path }) => path.join('.'));
  assert.equal(filtered.deniedFields.size, paths.length);
  return { left: filtered.document && stripIgnoredCharacters(print(filtered.document)), paths };
}

type Case = readonly [operation: string, who: Identity, left: string | null, denied: readonly string[]];

const cases: Record<string, Case> = {
  'a field that asks for a sign-in, without one': ['{open me{name}}', nobody, '{open}', ['me']],
  'a field that asks for a sign-in, with one': ['{open me{name}}', viewer(), '{open me{name}}', []],
  'a token that was refused is none': ['{me{name}}', { kind: 'refused', reason: 'expired' }, null, ['me']],
  'an alias': ['{open moi:me{name}}', nobody, '{open}', ['moi']],
  'all scopes of the first list': ['{user{email}}', viewer('user:read user:email'), '{user{email}}', []],
  'one scope of the first list': ['{user{name email}}', viewer('user:read'), '{user{name}}', ['user.email']],
  'the scope of the second list': ['{user{email}}', viewer('admin'), '{user{email}}', []],
  'a scope that begins like the right one': [
    '{user{name email}}',
    viewer('administrator'),
    '{user{name}}',
    ['user.email'],
  ],
  'a policy is no scope': ['{user{name score}}', viewer('scores'), '{user{name}}', ['user.score']],
  'a policy of another subgraph': ['{user{score}}', viewer('', ['scores']), '{user{score}}', []],
  'no list of scopes is fulfilled by nobody': ['{open nobody}', viewer('a'), '{open}', ['nobody']],
  'a type where it is returned': ['{user{name card{number}}}', nobody, '{user{name}}', ['user.card']],
  'a type in a list': ['{open cards{number}}', nobody, '{open}', ['cards']],
  'an enum': ['{open state}', nobody, '{open}', ['state']],
  'a scalar': ['{open day}', viewer(), '{open}', ['day']],
  'a list, its items are still counted': ['{users{phone}}', nobody, '{users{__typename}}', ['users.phone']],
  'a non-null field': ['{user{name phone}}', nobody, '{user{name}}', ['user.phone']],
  'what is in a denied field is not told': ['{open cards{holder{phone email}}}', nobody, '{open}', ['cards']],
  'nothing is left': ['{me{name} state}', nobody, null, ['me', 'state']],
  '__typename is left': ['{__typename me{name}}', nobody, '{__typename}', ['me']],
  introspection: [
    '{__type(name:"Card"){...T}me{name}}fragment T on __Type{name}',
    nobody,
    '{__type(name:"Card"){...on __Type{name}}}',
    ['me'],
  ],
  'an interface asks for what its implementations ask for': [
    '{open items{id}}',
    viewer(),
    '{open}',
    ['items'],
  ],
  'an interface with all of it': ['{items{id}}', viewer('bonds'), '{items{id}}', []],
  "a field of an interface asks for what its implementations' ask for": [
    '{priced{label cost}}',
    viewer(),
    '{priced{label}}',
    ['priced.cost'],
  ],
  'the implementation that asks for nothing': [
    '{priced{...on Tea{cost}...on Gin{cost label}}}',
    viewer(),
    '{priced{...on Tea{cost}...on Gin{label}}}',
    ['priced.cost'],
  ],
  'a field of an interface, reached by a fragment on it': [
    '{priced{...on Gin{...on Priced{cost label}}}}',
    viewer(),
    '{priced{...on Gin{...on Priced{label}}}}',
    ['priced.cost'],
  ],
  'one of two policies': ['{priced{cost}}', viewer('', ['staff']), '{priced{cost}}', []],
  'a member of a union': [
    '{things{__typename ...on Book{pages}...on Bond{rate id}}}',
    viewer(),
    '{things{__typename ...on Book{pages}}}',
    ['things.rate', 'things.id'],
  ],
  'a member of a union, by its interface': [
    '{things{...on Item{price}}}',
    viewer(),
    '{things{__typename}}',
    ['things.price'],
  ],
  'a field of an interface object, by the interface': [
    '{node{id note}}',
    nobody,
    '{node{id}}',
    ['node.note'],
  ],
  'a field of an interface object, by the implementation': [
    '{node{...on Leaf{id note}}}',
    nobody,
    '{node{...on Leaf{id}}}',
    ['node.note'],
  ],
  'a fragment in two places': [
    'query{user{...F}me{...F}}fragment F on User{name email}',
    nobody,
    '{user{...on User{name}}}',
    ['user.email', 'me'],
  ],
  'a fragment in a fragment': [
    'query{user{...F friends{...G}}}fragment F on User{...G}fragment G on User{id phone}',
    nobody,
    '{user{...on User{...on User{id}}friends{...on User{id}}}}',
    ['user.phone', 'user.friends.phone'],
  ],
  'the same fragment twice': [
    'query{user{...G ...G}}fragment G on User{id phone}',
    nobody,
    '{user{...on User{id}}}',
    ['user.phone'],
  ],
  'variables that nothing uses any more': [
    'query($a:Boolean!,$b:Boolean!){user{name@include(if:$a)email@include(if:$b)}}',
    nobody,
    'query($a:Boolean!){user{name@include(if:$a)}}',
    ['user.email'],
  ],
  'a denied mutation': [
    'mutation{rename(name:"x"){name}wipe}',
    viewer(),
    'mutation{rename(name:"x"){name}}',
    ['wipe'],
  ],
  'a mutation whose answer is denied is made': [
    'mutation{rename(name:"x"){phone}}',
    nobody,
    'mutation{rename(name:"x"){__typename}}',
    ['rename.phone'],
  ],
  'a mutation that is allowed': ['mutation{wipe}', viewer('', ['admin']), 'mutation{wipe}', []],
  'a subscription': ['subscription{ticks{at by}}', viewer(), 'subscription{ticks{at}}', ['ticks.by']],
};

for (const [name, [operation, who, left, denied]] of Object.entries(cases)) {
  test(`access: ${name}`, () => {
    for (const [world, made] of Object.entries(worlds))
      assert.deepEqual(filter(made, operation, who), { left, paths: denied }, world);
  });
}

test('an operation of which everybody may see everything is not touched, nor is any in a supergraph without conditions', () => {
  const { rules, schema } = worlds.usual;
  assert.equal(rules.analyse(schema, parse('{open user{name friends{id}}}')), null);
  const { supergraphSdl = '' } = composeServices([{ name: 's', typeDefs: parse('type Query { a: Int }') }]);
  assert.equal(createAccessRules(readSupergraphDirectives(supergraphSdl)).isEmpty, true);
});

test('interfaces of a supergraph composed before they took over conditions ask for the same', () => {
  const names = ['authenticated', 'requiresScopes', 'policy'];
  const withoutConditions = <Node extends { directives?: readonly DirectiveNode[] }>(node: Node): Node => ({
    ...node,
    directives: node.directives?.filter(({ name }) => !names.includes(name.value)),
  });
  const older = visit(parse(worlds.usual.supergraphSdl), {
    [Kind.INTERFACE_TYPE_DEFINITION]: (node: InterfaceTypeDefinitionNode) => ({
      ...withoutConditions(node),
      fields: node.fields?.map(withoutConditions),
    }),
  });
  const rules = createAccessRules(readSupergraphDirectives(print(older)));
  const ask = (source: string, who: Identity) => filter({ ...worlds.usual, rules }, source, who);
  assert.deepEqual(ask('{items{id ...on Book{pages}}}', viewer()), {
    left: '{items{...on Book{pages}}}',
    paths: ['items.id'],
  });
  assert.deepEqual(ask('{priced{label cost}}', viewer()).paths, ['priced.cost']);
  assert.deepEqual(ask('{things{...on Item{price}}}', viewer()).paths, ['things.price']);
  assert.deepEqual(ask('{items{id} priced{cost}}', viewer('bonds', ['adult'])).paths, []);
});

test('the planner takes what is left, and fetches nothing of what was denied', () => {
  const { rules, schema, supergraphSdl } = worlds.usual;
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null });
  const planner = new QueryPlanner(supergraph);
  const document = parse(
    'query($x:Boolean!){user{...F score}users{phone}}fragment F on User{name email@skip(if:$x)}',
  );
  const access = rules.analyse(schema, document);
  const planFor = (identity: Identity) => {
    const left = access?.filter(access.evaluate(identity)).document;
    assert.ok(left);
    return JSON.stringify(planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), left)));
  };
  assert.match(planFor(viewer('admin', ['scores'])), /email.*score/);
  assert.match(planFor(nobody), /name/);
  assert.doesNotMatch(planFor(nobody), /email|score|phone|serviceName":"s1/);
});

test('one outcome is made once, and the whole operation is the document itself', () => {
  const { rules, schema } = worlds.usual;
  const document = parse('{me{name} user{email}}');
  const access = rules.analyse(schema, document);
  assert.ok(access);
  assert.equal(access.conditions.length, 2);
  assert.equal(access.evaluate(viewer('admin')), access.evaluate(viewer('user:email user:read more')));
  assert.equal(access.filter(access.evaluate(viewer('admin'))).document, document);
  assert.equal(access.filter(access.evaluate(nobody)), access.filter(access.evaluate(nobody)));
});

test('of one operation of the document only its own fields count', () => {
  const { rules, schema } = worlds.usual;
  const document = parse('query A{open} query B{me{name}}');
  assert.equal(rules.analyse(schema, document, 'A'), null);
  assert.equal(rules.analyse(schema, document, 'B')?.conditions.length, 1);
});

const denials: Record<
  string,
  readonly [fields: string, variables: Record<string, boolean>, paths: string[]]
> = {
  'included by a variable': ['me @include(if:$x){name}', { x: true }, ['me']],
  'not included by a variable': ['me @include(if:$x){name}', { x: false }, []],
  'included by a variable without value': ['me @include(if:$x){name}', {}, []],
  'skipped by a variable': ['me @skip(if:$x){name}', { x: true }, []],
  'not skipped by a variable': ['me @skip(if:$x){name}', { x: false }, ['me']],
  'never included': ['me @include(if:false){name}', {}, []],
  'always skipped': ['me @skip(if:true){name}', {}, []],
  'in a skipped object': ['user @skip(if:$x){email}', { x: true }, []],
  'in a fragment that is included': ['...@include(if:$x){me{name}}', { x: true }, ['me']],
  'by two variables': ['me @skip(if:$x)@include(if:$y){name}', { x: false, y: true }, ['me']],
  'by a variable that contradicts itself': ['...@skip(if:$x){me@include(if:$x){name}}', { x: true }, []],
  'once in two places': ['me{name} ...@include(if:$x){me{id}}', { x: true }, ['me']],
  'in the second place only': ['me@skip(if:true){name} ...@include(if:$x){me{id}}', { x: true }, ['me']],
};
for (const [name, [fields, variables, paths]] of Object.entries(denials)) {
  test(`denial: ${name}`, () => {
    const { rules, schema } = worlds.usual;
    const access = rules.analyse(schema, parse(`query($x:Boolean=false,$y:Boolean=false){open ${fields}}`));
    assert.ok(access);
    const errors = listDenials(access.filter(access.evaluate(nobody)), variables);
    assert.deepEqual(
      errors.map(({ path }) => path?.join('.')),
      paths,
    );
    for (const { extensions } of errors) assert.deepEqual(extensions, { code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
  });
}

test('an operation that is too long without its fragments is refused', () => {
  const { rules, schema } = worlds.usual;
  const fragments = Array.from(
    { length: 20 },
    (_, index) => `fragment F${index} on User{a:friends{...F${index + 1}}b:friends{...F${index + 1}}}`,
  );
  const document = parse(`{user{...F0}}${fragments.join('')}fragment F20 on User{email}`);
  assert.throws(() => rules.analyse(schema, document), /20000 selections/);
});

test('a supergraph with security that is not known here is refused', () => {
  const { supergraphSdl = '' } = composeServices([{ name: 's', typeDefs: parse('type Query { a: Int }') }]);
  const strange = supergraphSdl.replace(
    'schema',
    'schema @link(url: "https://example.com/vault/v1.0", for: SECURITY)',
  );
  assert.throws(() => readSupergraphDirectives(strange), /vault.*unsupported/);
});
