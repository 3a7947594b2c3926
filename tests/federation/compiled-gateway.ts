/** Our gateway's own part in a query, without the servers in front: planner processes, compiled operations, transports to subgraphs. */
import assert from 'node:assert/strict';
import { Supergraph } from '@apollo/federation-internals';
import { getOperationAST, parse, validate } from 'graphql';
import { Registry } from 'prom-client';
import { createDataSource } from '#gateway/data-source.ts';
import { createEntityCache } from '#gateway/entities/entity-cache.ts';
import type { CachedSource } from '#gateway/entities/entity-source.ts';
import type { QueryResult } from '#gateway/queries/execution/prepared-operation.ts';
import { createQuerySchema } from '#gateway/queries/execution/query-schema.ts';
import type { QuerySource } from '#gateway/queries/execution/query-source.ts';
import { createQuerySource } from '#gateway/queries/execution/query-sources.ts';
import { startPlanner } from '#gateway/queries/planning/planner-process.ts';
import { createQueryMetrics } from '#gateway/queries/query-metrics.ts';
import { createQueryOperations } from '#gateway/queries/query-operations.ts';
import { createDemandControl } from '#gateway/queries/rules/demand-control.ts';
import { createSupergraphRules } from '#gateway/queries/rules/supergraph-rules.ts';
import type { GatewayContext } from '#gateway/viewer.ts';
import { createLogger } from '#platform/logger.ts';
import { connect } from '#tests/gateway/subgraph-connection.ts';
import type { AuditedGateway } from './audit.ts';
import type { Answer, Row } from './suite.ts';

const planMs = 5_000;
const context: GatewayContext = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: {} },
};

interface LoadedSupergraph extends AsyncDisposable {
  readonly supergraphSdl: string;
  readonly answer: (query: string, variables: Row) => Promise<Answer>;
}

/** Of supergraphs the last one is kept. */
export function createCompiledGateway(): AuditedGateway {
  let loaded: LoadedSupergraph | null = null;
  return {
    async execute({ supergraphSdl, query, variables }) {
      if (loaded?.supergraphSdl !== supergraphSdl) {
        await loaded?.[Symbol.asyncDispose]();
        loaded = null;
        loaded = await load(supergraphSdl);
      }
      return loaded.answer(query, variables);
    },
    async [Symbol.asyncDispose]() {
      await loaded?.[Symbol.asyncDispose]();
    },
  };
}

async function load(supergraphSdl: string): Promise<LoadedSupergraph> {
  await using stack = new AsyncDisposableStack();
  const supergraph = Supergraph.build(supergraphSdl);
  const api = supergraph.apiSchema().toGraphQLJSSchema();
  const cache = createEntityCache({ bytesMax: 1024 * 1024, metrics: new Registry() });
  const sources = new Map<string, QuerySource>();
  const cachedSources = new Map<string, CachedSource>();
  for (const { name, url } of supergraph.subgraphsMetadata()) {
    const transport = stack.use(connect([url]));
    sources.set(name, createQuerySource({ transport, isJoining: true, traffic: { joined: 0 } }));
    cachedSources.set(name, cache.cover(name, createDataSource(transport)));
  }
  const logger = createLogger('federation-audit', 'silent');
  const planner = stack.use(await startPlanner({ supergraphSdl, timeoutMs: planMs, waitingMax: 1, logger }));
  const operations = createQueryOperations({
    schema: createQuerySchema({ supergraphSdl, supergraph: supergraph.schema.toGraphQLJSSchema(), api }),
    planner,
    rules: createSupergraphRules(supergraphSdl, { costListItems: 1 }),
    demandControl: createDemandControl({ mode: 'measure', costMax: 1, metrics: new Registry() }),
    enabledOverrides: new Set(),
    metrics: createQueryMetrics(new Registry(), () => 0),
    responses: null,
    sources: {
      sourceOf: (subgraph) => find(sources, subgraph),
      cachedSourceOf: (subgraph) => find(cachedSources, subgraph),
    },
    operationsMax: 100,
    answerBytesMax: 1024 * 1024,
  });
  const owned = stack.move();
  return {
    supergraphSdl,
    async answer(query, variables) {
      const document = parse(query);
      const errors = validate(api, document);
      if (errors.length > 0) return { errors };
      const operation = operations.open({ text: query, operationName: null, document });
      const answer = toAnswer(await operation.execute({ variables, context }));
      if (getOperationAST(document)?.operation === 'mutation') return answer;
      // From the second time on it may be put together from bytes.
      const again = toAnswer(await operation.execute({ variables, context }));
      assert.deepEqual({ errors: [], ...again }, { errors: [], ...answer });
      return answer;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function toAnswer(result: QueryResult): Answer {
  if (result.kind === 'body') return JSON.parse(result.body.toString('utf8'));
  const errors = result.errors.map(({ message }) => ({ message }));
  return result.kind === 'refused' ? { errors } : { data: JSON.parse(result.data), errors };
}

function find<Source>(sources: ReadonlyMap<string, Source>, subgraph: string): Source {
  const source = sources.get(subgraph);
  if (source === undefined) throw new Error(`the supergraph has no subgraph ${subgraph}`);
  return source;
}
