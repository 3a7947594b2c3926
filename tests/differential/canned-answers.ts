/** One operation on subgraphs whose answers are written down, executed by Apollo and compiled on the same plan. Called by differences.test.ts. */
import { composeServices } from '@apollo/composition';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { ServiceMap } from '@apollo/gateway';
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import { QueryPlanner } from '@apollo/query-planner';
import { getOperationAST, parse } from 'graphql';
import { readFragments } from '#gateway/queries/execution/pass-through.ts';
import { prepareOperation } from '#gateway/queries/execution/prepared-operation.ts';
import { createQuerySchema } from '#gateway/queries/execution/query-schema.ts';
import type { QuerySource } from '#gateway/queries/execution/query-source.ts';
import { fromApolloPlan } from '#gateway/queries/planning/apollo-plan.ts';
import { SubgraphReply } from '#gateway/traffic/exchange.ts';
import type { Answer } from './answers.ts';
import { fromApollo, fromCompiled } from './answers.ts';

export interface CannedSubgraph {
  readonly sdl: string;
  /** In the order of the requests. */
  readonly answers: readonly object[];
}

type ExecuteArguments = Parameters<typeof executeQueryPlan>;

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [
  "@key", "@shareable", "@external", "@requires", "@interfaceObject"
])\n`;
const context = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: {} },
} as const;

export async function executeBoth(
  subgraphs: Readonly<Record<string, CannedSubgraph>>,
  text: string,
): Promise<{ readonly apollo: Answer; readonly ours: Answer }> {
  const composed = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({ name, typeDefs: parse(link + sdl) })),
  );
  if (composed.errors !== undefined)
    throw new AggregateError(composed.errors, 'the subgraphs do not compose');
  const { supergraphSdl } = composed;
  const built = Supergraph.build(supergraphSdl);
  const supergraph = built.schema.toGraphQLJSSchema();
  const api = built.apiSchema().toGraphQLJSSchema();
  const document = parse(text);
  const plan = new QueryPlanner(built).buildQueryPlan(operationFromDocument(built.apiSchema(), document));
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const request = { request: { query: text }, context: {}, logger: console, metrics: {} };
  const services = Object.fromEntries(
    Object.entries(subgraphs).map(([name, { answers }]) => [name, { process: createReader(answers) }]),
  );
  const theirs = await executeQueryPlan(
    plan,
    services as unknown as ServiceMap,
    request as unknown as ExecuteArguments[2],
    buildOperationContext({ schema: api, operationDocument: document }),
    supergraph,
    built.apiSchema(),
  );
  const sources = new Map(
    Object.entries(subgraphs).map(([name, { answers }]) => [name, createSource(answers)]),
  );
  const { selectionSet } = operation;
  const fragments = readFragments(document.definitions);
  const prepared = prepareOperation({
    schema: createQuerySchema({ supergraphSdl, supergraph, api }),
    operation,
    visible: { selectionSet, fragments, denied: new Set<never>(), listDenials: () => [] },
    plan: fromApolloPlan(plan),
    sources: { sourceOf: (name) => sources.get(name) as QuerySource, cachedSourceOf: null },
    answerBytesMax: 1024 * 1024,
  });
  const ours = await prepared.execute({ variables: {}, context });
  return { apollo: fromApollo(theirs), ours: fromCompiled(ours) };
}

/** A copy each time: both executors change what they get. */
function createReader(answers: readonly object[]): () => Promise<object> {
  const left = [...answers];
  return async () => structuredClone(left.shift() ?? { errors: [{ message: 'nothing is left' }] });
}

/** With extensions, so that nothing is handed on as it came. */
function createSource(answers: readonly object[]): QuerySource {
  const read = createReader(answers);
  return {
    send: async () => {
      const text = JSON.stringify({ ...(await read()), extensions: {} });
      return new SubgraphReply(200, Buffer.from(text), undefined);
    },
  };
}
