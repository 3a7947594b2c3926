/** What the limits let through and what they refuse, on the schema that clients see. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildSchema, GraphQLError, getIntrospectionQuery } from 'graphql';
import { createOperationLimits } from './limits.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../schema/api.graphql'), 'utf8'));
const settings = {
  tokensMax: 1_000,
  depthMax: 10,
  aliasesMax: 15,
  directivesMax: 20,
  rootFieldsMax: 20,
  selectionsMax: 5_000,
  itemsMax: 3_000,
};
const limits = createOperationLimits({ ...settings, introspectionEnabled: true });
const closed = createOperationLimits({ ...settings, introspectionEnabled: false });

function judge(source: string, by = limits): string[] {
  try {
    return by.findProblems(schema, by.parseDocument(source)).map(({ message }) => message);
  } catch (error) {
    assert.ok(error instanceof GraphQLError);
    return [error.message];
  }
}

/** Field within field, `depth` of them. */
function nest(field: string, depth: number): string {
  return `${`${field} { `.repeat(depth)} id ${'}'.repeat(depth)}`;
}

const sender = 'sender { id handle displayName }';
const accepted = {
  'a page of 100 messages': `{ conversation(id: "c") { messages(first: 100) { nodes { id seq text ${sender} } pageInfo { endCursor } } } }`,
  'conversations with last messages and members': `{ conversations(first: 50) { nodes { id lastMessage { text ${sender} } members { nodes { user { handle } } } } } }`,
  'the inbox': `subscription { inboxEvents { ... on InboxEvent { event { ... on MessageCreated { message { text ${sender} } } } } } }`,
  introspection: getIntrospectionQuery(),
};
for (const [name, source] of Object.entries(accepted)) {
  test(`accepted: ${name}`, () => assert.deepEqual(judge(source), []));
}

const fragments = Array.from(
  { length: 20 },
  (_, index) =>
    `fragment F${index} on Message { replyTo { ...F${index + 1} } b: replyTo { ...F${index + 1} } }`,
);
const refused: Record<string, [string, RegExp]> = {
  tokens: [`{ ${'__typename '.repeat(1_001)} }`, /1000 tokens/],
  depth: [`{ message(id: "m") { ${nest('replyTo', 11)} } }`, /depth limit/],
  aliases: [
    `{ ${Array.from({ length: 16 }, (_, index) => `a${index}: viewer { email }`).join(' ')} }`,
    /Aliases limit/,
  ],
  directives: [`{ viewer { email ${'@include(if: true) '.repeat(21)} } }`, /Directives limit/],
  'root fields': [`{ ${'__typename '.repeat(21)} }`, /20 root fields/],
  'nested pages': [
    '{ conversations(first: 100) { nodes { messages(first: 100) { nodes { conversation { messages(first: 100) { nodes { sender { id } } } } } } } } }',
    /may hold 3000 items/,
  ],
  'nested pages of variable size': [
    'query($n: Int!) { conversations(first: $n) { nodes { messages(first: $n) { nodes { conversation { messages(first: $n) { nodes { sender { id } } } } } } } } }',
    /may hold 3000 items/,
  ],
  'a page of long texts for each item of a page': [
    '{ conversation(id: "c") { messages(first: 100) { nodes { conversation { messages(first: 100) { nodes { text } } } } } } }',
    /may hold 3000 items; these may hold 10100/,
  ],
  'fragments that double': [
    `{ message(id: "m") { ...F0 } } ${fragments.join(' ')} fragment F20 on Message { id }`,
    /limit|items/,
  ],
  'fragments that double without a name for anything': [
    `{ viewer { user { ...G0 } } } ${Array.from({ length: 30 }, (_, n) => `fragment G${n} on User { ...G${n + 1} ...G${n + 1} }`).join(' ')} fragment G30 on User { id }`,
    /may have 5000 selections/,
  ],
  'two root fields of a subscription': [
    'subscription { a: inboxEvents { __typename } b: inboxEvents { __typename } }',
    /only one top level field/,
  ],
  'a conditional root field': [
    'subscription($x: Boolean!) { inboxEvents @skip(if: $x) { __typename } }',
    /neither @skip nor @include/,
  ],
  'a conditional root fragment': [
    'subscription($x: Boolean!) { ...F @include(if: $x) } fragment F on Subscription { inboxEvents { __typename } }',
    /neither @skip/,
  ],
};
for (const [name, [source, reason]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => assert.match(judge(source).join('\n'), reason));
}

test('without introspection neither the schema nor a suggestion is given away', () => {
  assert.match(
    judge('{ __schema { types { name } } }', closed).join('\n'),
    /introspection has been disabled/,
  );
  assert.doesNotMatch(judge('{ viewr { email } }', closed).join('\n'), /Did you mean/);
});
