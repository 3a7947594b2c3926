/** One execution for all who ask the same of an event, and never one viewer's result for another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import type { SubgraphContext } from '#schema/context.ts';
import type { UserId } from '#schema/ids.ts';
import { createSessionId } from '#schema/ids.ts';
import { createPrepareOperation } from './prepared-operations.ts';
import { createSharedExecution } from './shared-execution.ts';

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Subscription { posted(after: String): Posted! }
  type Posted { text(upper: Boolean = false): String!, mine: String!, late: String! }
`);
let executions = 0;
const fields = schema.getType('Posted');
if (fields !== undefined && 'getFields' in fields) {
  const { text, mine, late } = fields.getFields() as Record<string, { resolve?: unknown }>;
  Object.assign(text ?? {}, {
    resolve: (event: { text: string }, { upper }: { upper: boolean }) => {
      executions += 1;
      return upper ? event.text.toUpperCase() : event.text;
    },
  });
  Object.assign(mine ?? {}, {
    resolve: (_: unknown, __: unknown, context: SubgraphContext) => context.viewer?.userId,
  });
  Object.assign(late ?? {}, {
    resolve: async (_: unknown, __: unknown, context: SubgraphContext) => {
      await delay(2);
      return context.viewer?.userId;
    },
  });
}
const prepare = createPrepareOperation(schema);
const shared = createSharedExecution({
  schema,
  serialize: (result) => JSON.stringify(result),
  readEventTime: () => null,
});

function ask(query: string, viewer: string, variables: Record<string, unknown> = {}) {
  const operation = prepare({ query, variables });
  assert.ok('document' in operation);
  const context: SubgraphContext = {
    viewer: {
      ...{ userId: viewer as UserId, sessionId: createSessionId(), tokenId: 't' },
      expiresAtMs: Number.POSITIVE_INFINITY,
    },
    client: { ipAddress: null, userAgent: null },
  };
  return { operation, context };
}

test('whatever their cursors are, all get the same object', async () => {
  const query = 'subscription ($after: String) { posted(after: $after) { text } }';
  const event = { posted: { text: 'hello' } };
  executions = 0;
  const results = await Promise.all(
    ['1', '2', null].map((after) => shared.run(event, ask(query, `viewer ${after}`, { after }))),
  );
  assert.equal(new Set(results).size, 1);
  assert.equal(executions, 1);
  assert.equal(results[0]?.text, '{"data":{"posted":{"text":"hello"}}}');
});

test('what depends on a variable is shared by those who have the same', async () => {
  const query = 'subscription ($upper: Boolean) { posted { text(upper: $upper) } }';
  const event = { posted: { text: 'hello' } };
  const run = async (upper: boolean) => (await shared.run(event, ask(query, 'ada', { upper }))).text;
  assert.match(await run(true), /HELLO/);
  assert.match(await run(false), /hello/);
});

test('what reads the viewer is made for each, also when it is read late', async () => {
  for (const field of ['mine', 'late']) {
    const event = { posted: { text: 'hello' } };
    const viewers = Array.from({ length: 1_000 }, (_, index) => `viewer ${index}`);
    const results = await Promise.all(
      viewers.map(
        async (viewer) => (await shared.run(event, ask(`subscription { posted { ${field} } }`, viewer))).text,
      ),
    );
    assert.deepEqual(
      results,
      viewers.map((viewer) => JSON.stringify({ data: { posted: { [field]: viewer } } })),
    );
  }
});
