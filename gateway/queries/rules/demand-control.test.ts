/** What operations are estimated to cost, on supergraphs as Apollo's composition makes them and on ours, and what is refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import type { GraphQLSchema } from 'graphql';
import { buildSchema, parse, validate } from 'graphql';
import { Registry } from 'prom-client';
import type { CostRules } from './cost-rules.ts';
import { createCostRules } from './cost-rules.ts';
import { createDemandControl } from './demand-control.ts';
import { readSupergraphDirectives } from './supergraph-directives.ts';

interface World {
  readonly schema: GraphQLSchema;
  readonly rules: CostRules;
}

function compose(
  names: { imports: string; cost: string; listSize: string },
  listItemsAssumed: number,
): World {
  const { imports, cost, listSize } = names;
  const typeDefs =
    parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imports})
    type Query {
      one: Leaf
      plain: Int
      dear: Int ${cost}(weight: 7)
      gem: Gem
      mood: Mood
      stamp: Stamp
      many: [Leaf]
      numbers: [Int]
      assumed: [Leaf] ${listSize}(assumedSize: 20)
      sliced(first: Int, last: Int): [Leaf] ${listSize}(slicingArguments: ["first", "last"])
      either(first: Int, last: Int): [Leaf]
        ${listSize}(assumedSize: 30, slicingArguments: ["first", "last"], requireOneSlicingArgument: false)
      preset(first: Int = 4): [Leaf] ${listSize}(slicingArguments: ["first"])
      connection(first: Int, after: String): Connection ${listSize}(slicingArguments: ["first"], sizedFields: ["nodes"])
      page(first: Int = 50): Page
      shape: Shape
      shapes(size: Int): [Shape] ${listSize}(slicingArguments: ["size"])
      thing: Thing
      search(text: String ${cost}(weight: 5), filter: Filter, filters: [Filter!]): Leaf
    }
    type Mutation { change(filter: Filter): Leaf }
    type Subscription { leaves: Leaf }
    input Filter { near: Int ${cost}(weight: 3)  also: Filter  free: Int }
    type Leaf { id: ID  next: Leaf  nexts(first: Int): [Leaf] ${listSize}(slicingArguments: ["first"])  all: [Leaf] }
    type Connection { nodes: [Leaf]  total: Int  others: [Leaf] }
    type Page { nodes: [Leaf]  total: Int }
    type Gem ${cost}(weight: 9) { id: ID }
    enum Mood ${cost}(weight: 2) { GOOD BAD }
    scalar Stamp ${cost}(weight: 4)
    interface Shape { area: Int  parts: [Leaf] }
    type Square implements Shape { area: Int  parts: [Leaf] ${listSize}(assumedSize: 3) }
    type Circle implements Shape { area: Int ${cost}(weight: 6)  parts: [Leaf] ${listSize}(assumedSize: 8) }
    union Thing = Leaf | Gem
  `);
  const { supergraphSdl, errors } = composeServices([{ name: 's', typeDefs }]);
  assert.ok(supergraphSdl, String(errors));
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null });
  const schema = supergraph.apiSchema().toGraphQLJSSchema();
  return { schema, rules: createCostRules(readSupergraphDirectives(supergraphSdl), listItemsAssumed) };
}

const usual = { imports: '["@cost", "@listSize"]', cost: '@cost', listSize: '@listSize' };
const renamed = {
  imports: '[{name: "@cost", as: "@price"}, {name: "@listSize", as: "@length"}]',
  cost: '@price',
  listSize: '@length',
};
const worlds = { usual: compose(usual, 2), renamed: compose(renamed, 2) };

function estimate({ schema, rules }: World, source: string, variables: Record<string, unknown> = {}) {
  const document = parse(source);
  assert.deepEqual(validate(schema, document), [], 'the operation of the test is valid');
  return rules.weigh(schema, document).estimate(variables);
}

/** Lists of which nothing is said have two items here. */
const costs: Record<string, readonly [operation: string, cost: number, variables?: Record<string, unknown>]> =
  {
    'an object': ['{one{id}}', 1],
    'a leaf': ['{plain}', 0],
    'objects in objects': ['{one{next{next{id}}}}', 3],
    '__typename and introspection': ['{__typename __schema{types{name}}}', 0],
    '@cost on a field': ['{dear}', 7],
    '@cost on an object': ['{gem{id}}', 9],
    '@cost on an enum': ['{mood}', 2],
    '@cost on a scalar': ['{stamp}', 4],
    'a list of which nothing is said': ['{many{next{id}}}', 4],
    'a list of leaves': ['{numbers}', 0],
    'an assumed size': ['{assumed{id next{id}}}', 40],
    'a slicing argument': ['{sliced(first:6){next{id}}}', 12],
    'the other slicing argument': ['{sliced(last:5){id}}', 5],
    'a slicing argument by a variable': ['query($n:Int){sliced(first:$n){id}}', 6, { n: 6 }],
    'a slicing argument by the default of a variable': ['query($n:Int=7){sliced(first:$n){id}}', 7],
    'null goes before the default of a variable': ['query($n:Int=7){either(first:$n){id}}', 30, { n: null }],
    'a variable that is no whole number counts as not given': [
      'query($n:Int){either(first:$n){id}}',
      30,
      { n: Number.POSITIVE_INFINITY },
    ],
    'the default of a slicing argument': ['{preset{id}}', 4],
    'fewer than nothing': ['{sliced(first:-3){next{id}}}', 0],
    'the greatest of two slicing arguments': ['{either(first:3,last:9){id}}', 9],
    'the greatest of a literal and a variable': ['query($n:Int){either(first:3,last:$n){id}}', 5, { n: 5 }],
    'the assumed size without slicing arguments': ['{either{id}}', 30],
    'a sized field': ['{connection(first:10){nodes{next{id}}total}}', 21],
    'a sized field, by a variable': ['query($n:Int){connection(first:$n){nodes{id}}}', 9, { n: 8 }],
    'a field that is not sized': ['{connection(first:10){others{id}}}', 3],
    'a sized field in fragments': [
      '{connection(first:10){...C}}fragment C on Connection{...{nodes{id}}}',
      11,
    ],
    'one fragment sized in two ways': [
      '{a:connection(first:10){...C}b:connection(first:20){...C}}fragment C on Connection{nodes{id}}',
      32,
    ],
    'sizes in sizes': ['{sliced(first:3){nexts(first:4){id}}}', 15],
    'a page without @listSize counts ten as one': ['{page(first:30){nodes{id}total}}', 4],
    'a page of its default size': ['{page{nodes{id}}}', 6],
    'a page by a variable': ['query($n:Int){page(first:$n){nodes{id}}}', 3, { n: 15 }],
    'a page by a variable without value is the largest': ['query($n:Int){page(first:$n){nodes{id}}}', 11],
    'a page larger than there are': ['{page(first:1000000){nodes{id}}}', 11],
    'a list deeper in a page': ['{page(first:10){nodes{all{id}}}}', 4],
    'a field of an interface is the dearest of its implementations': ['{shape{area}}', 7],
    'a list of an interface is the longest of its implementations': ['{shape{parts{id}}}', 9],
    'a field by its type': ['{shape{...on Square{area parts{id}}}}', 4],
    'a list of an interface': ['{shapes(size:5){area}}', 35],
    'a union is its dearest member': ['{thing{...on Leaf{id}}}', 9],
    'an argument': ['{search(text:"x"){id}}', 6],
    'an argument that is null': ['{search(text:null){id}}', 1],
    'an argument by a variable': ['query($t:String){search(text:$t){id}}', 6, { t: 'x' }],
    'an argument by a variable without value': ['query($t:String){search(text:$t){id}}', 1],
    'fields of an input': ['{search(filter:{near:1,free:2,also:{near:3}}){id}}', 7],
    'fields of an input, by a variable': [
      'query($f:Filter){search(filter:$f){id}}',
      7,
      { f: { near: 1, also: { near: 2 } } },
    ],
    'a list of inputs, one by a variable': [
      'query($f:Filter!){search(filters:[$f,{near:1}]){id}}',
      7,
      { f: { near: 1 } },
    ],
    'an argument is not multiplied': ['{one{nexts(first:5){id}}}', 6],
    'a mutation': ['mutation{change(filter:{near:1}){id}}', 14],
    'a subscription': ['subscription{leaves{next{id}}}', 2],
    'what is skipped for certain': ['{one@skip(if:true){id}...@include(if:false){many{id}}plain}', 0],
    'what a variable may skip': ['query($x:Boolean!){one@skip(if:$x){id}}', 1, { x: true }],
  };
for (const [name, [operation, cost, variables]] of Object.entries(costs)) {
  test(`cost: ${name}`, () => {
    for (const [world, made] of Object.entries(worlds))
      assert.deepEqual(estimate(made, operation, variables), { cost, unsliced: [] }, world);
  });
}

test('a field that requires one slicing argument is told from one that has it', () => {
  const { usual: world } = worlds;
  const unslicedOf = (source: string, variables?: Record<string, unknown>) =>
    estimate(world, source, variables).unsliced;
  assert.deepEqual(unslicedOf('{sliced{id}}'), ['sliced takes exactly one of first, last']);
  assert.equal(unslicedOf('{sliced(first:1,last:1){id}}').length, 1);
  const relay = 'query($a:Int,$b:Int){sliced(first:$a,last:$b){id}}';
  assert.equal(unslicedOf(relay, {}).length, 1);
  assert.equal(unslicedOf(relay, { a: 1, b: 1 }).length, 1);
  assert.deepEqual(unslicedOf(relay, { a: 1, b: null }), []);
});

test('only an operation whose cost depends on a variable is estimated anew', () => {
  const { schema, rules } = worlds.usual;
  const isConstant = (source: string) => rules.weigh(schema, parse(source)).isConstant;
  assert.equal(isConstant('query($x:Boolean!){sliced(first:5){id}page{nodes{id}}one@skip(if:$x){id}}'), true);
  assert.equal(isConstant('query($n:Int){sliced(first:$n){id}}'), false);
});

test('fragments that double are weighed once, whatever sizes them', () => {
  const chain = (fields: (next: string) => string) => {
    const links = Array.from(
      { length: 100 },
      (_, index) => `fragment F${index} on Leaf{${fields(`...F${index + 1}`)}}`,
    );
    return `query($n:Int){one{...F0}}${links.join('')}fragment F100 on Leaf{id}`;
  };
  const { schema, rules } = worlds.usual;
  const weigh = (source: string) => rules.weigh(schema, parse(source)).estimate({ n: 1 }).cost;
  assert.equal(weigh(chain((next) => `a:next{${next}}b:next{${next}}`)), 2 ** 101 - 1);
  assert.equal(weigh(chain((next) => `a:nexts(first:$n){${next}}b:nexts(first:$n){${next}}`)), 2 ** 101 - 1);
});

const ours: World = {
  schema: buildSchema(readFileSync(join(import.meta.dirname, '../../../schema/api.graphql'), 'utf8')),
  rules: createCostRules(
    readSupergraphDirectives(
      readFileSync(join(import.meta.dirname, '../../../schema/supergraph.graphql'), 'utf8'),
    ),
    1,
  ),
};
const sender = 'sender { id handle displayName }';
const page = 'nodes { conversation { messages(first: $n) { nodes { sender { id } } } } }';
const judged: Record<
  string,
  readonly [operation: string, isAccepted: boolean, variables?: Record<string, unknown>]
> = {
  'a page of 100 messages': [
    `{ conversation(id: "c") { messages(first: 100) { nodes { id seq text ${sender} } pageInfo { endCursor } } } }`,
    true,
  ],
  'conversations with last messages and members': [
    `{ conversations(first: 50) { nodes { id lastMessage { text ${sender} } members { nodes { user { handle } } } } } }`,
    true,
  ],
  'the inbox': [
    `subscription { inboxEvents { ... on InboxEvent { event { ... on MessageCreated { message { text ${sender} } } } } } }`,
    true,
  ],
  'nested pages': [
    `{ conversations(first: 100) { nodes { messages(first: 100) { ${page.replace('$n', '100')} } } } }`,
    false,
  ],
  'nested pages of variable size, large': [
    `query($n: Int!) { conversations(first: $n) { nodes { messages(first: $n) { ${page} } } } }`,
    false,
    { n: 100 },
  ],
  'nested pages of variable size, small': [
    `query($n: Int!) { conversations(first: $n) { nodes { messages(first: $n) { ${page} } } } }`,
    true,
    { n: 10 },
  ],
};
for (const [name, [source, isAccepted, variables = {}]] of Object.entries(judged)) {
  test(`limit: ${name} is ${isAccepted ? 'accepted' : 'refused'}`, () => {
    const demand = createDemandControl({ mode: 'enforce', costMax: 1_000, metrics: new Registry() });
    const refusal = demand.check(ours.rules.weigh(ours.schema, parse(source)), variables);
    assert.equal(refusal === null, isAccepted, refusal?.message);
  });
}

test('what costs too much is refused with the figures, and only counted where costs are measured', async () => {
  const { schema, rules } = worlds.usual;
  const cost = rules.weigh(schema, parse('query($n:Int){sliced(first:$n){id}}'));
  const metrics = new Registry();
  const demand = createDemandControl({ mode: 'enforce', costMax: 100, metrics });
  assert.equal(demand.check(cost, { n: 100 }), null);
  const refusal = demand.check(cost, { n: 101 });
  const code = 'COST_ESTIMATED_TOO_EXPENSIVE';
  assert.deepEqual(refusal?.extensions, { code, costEstimated: 101, costMax: 100 });
  assert.equal(demand.check(cost, {})?.extensions.code, 'BAD_USER_INPUT');
  assert.match(await metrics.metrics(), /gateway_operation_estimated_cost_count 3\n/);

  const measured = new Registry();
  const measuring = createDemandControl({ mode: 'measure', costMax: 100, metrics: measured });
  assert.equal(measuring.check(cost, { n: 5_000 }), null);
  assert.equal(measuring.check(cost, {}), null);
  assert.match(await measured.metrics(), /gateway_operation_estimated_cost_bucket\{le="10000"\} 2\n/);
});
