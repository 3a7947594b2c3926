/** A fetch of root fields fails inside its execution, whatever a client sends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from 'graphql';
import { Execution } from './execution.ts';
import { createQuerySchema } from './query-schema.ts';
import { compileRootFetch } from './root-fetch.ts';

const supergraphSdl = 'type Query { a(of: Deep): Int } scalar Deep';
const schema = buildSchema(supergraphSdl);

test('variables that are too deep to be written are an error of the execution', async () => {
  const run = compileRootFetch(
    {
      ...{ kind: 'RootFetch', subgraph: 's', operationKind: 'query', operationName: null, path: [] },
      ...{ operation: 'query($of: Deep) { a(of: $of) }', variables: ['of'], outputRewrites: [] },
    },
    {
      schema: createQuerySchema({ supergraphSdl, supergraph: schema, api: schema }),
      sourceOf: () => assert.fail('nothing is asked'),
      cachedSourceOf: null,
      isMutation: false,
    },
  );
  const of: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const context = {
    identity: { kind: 'anonymous' },
    client: { ipAddress: null, userAgent: null, headers: {} },
  } as const;
  const execution = new Execution({ context, variables: { of }, conditions: new Map() });
  await run(execution);
  assert.equal(execution.errors.length, 1);
});
