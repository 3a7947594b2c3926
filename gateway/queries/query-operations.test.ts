/** Which operations are known: those that were asked twice stay, whatever else is asked once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createQuerySchema } from './execution/query-schema.ts';
import { startPlanner } from './planning/planner-process.ts';
import { createQueryMetrics } from './query-metrics.ts';
import { createQueryOperations } from './query-operations.ts';
import { createDemandControl } from './rules/demand-control.ts';
import { createSupergraphRules } from './rules/supergraph-rules.ts';

test('what is asked once pushes out nothing that is in use', async () => {
  const typeDefs = parse('type Query { a: Int b: Int c: Int d: Int }');
  const { supergraphSdl = '' } = composeServices([{ name: 's', typeDefs, url: 'http://s' }]);
  const supergraph = Supergraph.build(supergraphSdl);
  const logger = pino({ level: 'silent' });
  await using planner = await startPlanner({ supergraphSdl, timeoutMs: 10_000, waitingMax: 10, logger });
  const operations = createQueryOperations({
    schema: createQuerySchema({
      supergraphSdl,
      supergraph: supergraph.schema.toGraphQLJSSchema(),
      api: supergraph.apiSchema().toGraphQLJSSchema(),
    }),
    planner,
    rules: createSupergraphRules(supergraphSdl, { costListItems: 1 }),
    demandControl: createDemandControl({ mode: 'measure', costMax: 1, metrics: new Registry() }),
    enabledOverrides: new Set(),
    sources: { sourceOf: () => assert.fail('nothing is asked'), cachedSourceOf: null },
    metrics: createQueryMetrics(new Registry(), () => 0),
    responses: null,
    operationsMax: 2,
    answerBytesMax: 1024 * 1024,
  });
  const ask = (field: string) => {
    const asked = { text: `query Q { ${field} }`, operationName: null };
    return {
      asked,
      prepare: () =>
        operations.open({ ...asked, document: parse(asked.text) }).prepare({ kind: 'anonymous' }),
    };
  };

  const inUse = ask('a');
  assert.equal(operations.find(inUse.asked), undefined);
  await inUse.prepare();
  assert.notEqual(operations.find(inUse.asked), undefined);
  for (const field of ['b', 'c', 'd']) await ask(field).prepare();

  assert.notEqual(operations.find({ ...inUse.asked, operationName: 'Q' }), undefined);
  assert.equal(operations.find(ask('b').asked), undefined);
  assert.notEqual(operations.find(ask('d').asked), undefined);
});
