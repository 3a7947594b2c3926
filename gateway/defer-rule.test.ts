/** Where `@defer` may stand, and that the other limits count what is deferred. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { createOperationLimits } from './limits.ts';
import { withDefer } from './queries/deferred/defer-directive.ts';

const sdl = readFileSync(join(import.meta.dirname, '../schema/api.graphql'), 'utf8');
const schema = withDefer(buildSchema(sdl));
const limits = createOperationLimits({
  ...{ tokensMax: 1_000, depthMax: 6, aliasesMax: 15, directivesMax: 20, rootFieldsMax: 20 },
  ...{ itemsMax: 500, selectionsMax: 5_000 },
  introspectionEnabled: true,
});

const judge = (source: string) =>
  limits.findProblems(schema, limits.parseDocument(source)).map(({ message }) => message);

const user = 'viewer { user { id ... @defer(label: "a") { handle } ...b @defer(if: $later) } }';
const fragment = 'fragment b on User { displayName }';

test('fragments are deferred wherever they stand in a query', () => {
  assert.deepEqual(
    judge(`query ($later: Boolean!) { ${user} ... @defer(label: "c") { __typename } } ${fragment}`),
    [],
  );
});

const refused: Record<string, readonly [string, string]> = {
  'a label twice': [
    '{ viewer { user { ... @defer(label: "a") { id } ... @defer(label: "a") { handle } } } }',
    'Each label of a @defer may stand once.',
  ],
  'a label that is a variable': [
    'query ($label: String) { viewer { ... @defer(label: $label) { __typename } } }',
    'The label of a @defer must be a literal text.',
  ],
  'a field of a mutation': [
    `mutation { ... @defer { __typename } }`,
    '@defer is not supported on the fields of a mutation itself.',
  ],
  'a fragment of a subscription': [
    'subscription { inboxEvents { ...more } } fragment more on InboxStreamItem { ... @defer { __typename } }',
    '@defer is not supported in subscriptions.',
  ],
};
for (const [name, [source, message]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => assert.deepEqual(judge(source), [message]));
}

test('items and depth are counted as if nothing were deferred', () => {
  const messages = (inside: string) =>
    `{ conversations(first: 50) { nodes { id ... @defer { ${inside} } } } }`;
  const [tooMany] = judge(messages('messages(first: 50) { nodes { id } }'));
  assert.match(tooMany ?? '', /may hold 500 items; these may hold 2550/);
  const deep = 'messages(first: 1) { nodes { replyTo { replyTo { replyTo { id } } } } }';
  assert.match(judge(messages(deep)).join(), /depth/i);
});
