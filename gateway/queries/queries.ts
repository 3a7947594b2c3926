/**
 * HISTORY and SEND: queries and mutations on the supergraph of the moment: what is known of each supergraph, and the gateway by which Apollo Server executes the
 * rest. Made by gateway.ts.
 */
import type { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { GraphQLError, getOperationAST, Kind, parse } from 'graphql';
import type { Logger } from '#platform/logger.ts';
import type { Registry } from '#platform/metrics.ts';
import type { GatewayConfig } from '../config.ts';
import type { OperationLimits } from '../limits.ts';
import type { ServerGateway } from './apollo-executor.ts';
import { createExecutingGateway } from './apollo-executor.ts';
import { isDeferring } from './deferred/deferred-fragments.ts';
import { createQuerySchema } from './execution/query-schema.ts';
import type { QuerySources } from './execution/run-node.ts';
import { createGenerationPlanners } from './planning/generation-planner.ts';
import type { QueryMetrics } from './query-metrics.ts';
import { createQueryMetrics } from './query-metrics.ts';
import type { OperationText, QueryOperation } from './query-operation.ts';
import type { QueryOperations } from './query-operations.ts';
import { createQueryOperations } from './query-operations.ts';
import { createResponseCache } from './response-cache.ts';
import type { DemandControl } from './rules/demand-control.ts';
import type { SupergraphRules } from './rules/supergraph-rules.ts';

export interface LoadedSupergraph {
  readonly supergraphSdl: string;
  /** With what clients do not see. */
  readonly supergraph: GraphQLSchema;
  readonly api: GraphQLSchema;
  readonly rules: SupergraphRules;
}

export interface Queries extends AsyncDisposable {
  readonly metrics: QueryMetrics;
  /** For Apollo Server. */
  readonly gateway: ServerGateway;
  /** One that has been prepared for the supergraph of the moment, or is valid and defers something, which Apollo Server could not answer in parts. */
  find(asked: OperationText): QueryOperation | undefined;
  /** Plans and compiles the queries and mutations of a text that is valid. Rejects with PlanningError. */
  warmUp(text: string): Promise<void>;
  /** Those that were known of the supergraph before. */
  textsBefore(): readonly string[];
  /** Resolves when new operations can be planned; rejects with PlanningError. */
  ready(): Promise<void>;
  /** Something that is public has changed. */
  forgetAnswers(): void;
  /** A supergraph has been loaded; operations that run go on with theirs. */
  replace(loaded: LoadedSupergraph): void;
}

export interface QueriesOptions {
  readonly config: Pick<
    GatewayConfig,
    | 'plansMax'
    | 'plannerTimeoutMs'
    | 'plannerWaitingMax'
    | 'overrideLabels'
    | 'answerBytesMax'
    | 'responseCacheBytesMax'
  >;
  readonly gateway: ApolloGateway;
  readonly demandControl: DemandControl;
  readonly limits: OperationLimits;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly sources: QuerySources;
}

export function createQueries(options: QueriesOptions): Queries {
  const { config, gateway, demandControl, limits, sources } = options;
  const planners = createGenerationPlanners(config, options.logger);
  const enabledOverrides = new Set(config.overrideLabels);
  const bySchema = new WeakMap<GraphQLSchema, QueryOperations>();
  const metrics = createQueryMetrics(options.metrics, () => latest?.count() ?? 0);
  const { responseCacheBytesMax: bytesMax } = config;
  const responses = bytesMax === 0 ? null : createResponseCache(bytesMax);
  let latest: QueryOperations | null = null;
  let before: readonly string[] = [];
  const current = () => {
    if (latest === null) throw new Error('the supergraph is not loaded');
    return latest;
  };
  return {
    metrics,
    // An operation that was validated on a supergraph is executed on the same.
    gateway: createExecutingGateway(gateway, ({ schema }) => bySchema.get(schema) ?? current()),
    find: (asked) => {
      const operations = current();
      const known = operations.find(asked);
      if (known !== undefined || !asked.text.includes('@defer')) return known;
      return openDeferring(operations, asked, limits);
    },
    warmUp: async (text) => {
      const document = parse(text);
      const operations = current();
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === 'subscription')
          continue;
        const asked = { text, operationName: definition.name?.value ?? null };
        await operations.open({ ...asked, document }).prepare({ kind: 'anonymous' });
        operations.find(asked);
      }
    },
    textsBefore: () => before,
    ready: planners.ready,
    forgetAnswers: () => responses?.clear(),
    replace: (loaded) => {
      responses?.clear();
      before = latest?.texts() ?? [];
      latest = createQueryOperations({
        schema: createQuerySchema(loaded),
        planner: planners.start(loaded.supergraphSdl),
        rules: loaded.rules,
        ...{ demandControl, enabledOverrides, sources, metrics, responses },
        operationsMax: config.plansMax,
        answerBytesMax: config.answerBytesMax,
      });
      bySchema.set(loaded.api, latest);
    },
    [Symbol.asyncDispose]: () => planners[Symbol.asyncDispose](),
  };
}

/** Undefined where Apollo Server has to say what is wrong. */
function openDeferring(
  operations: QueryOperations,
  asked: OperationText,
  limits: OperationLimits,
): QueryOperation | undefined {
  try {
    const document = limits.parseDocument(asked.text);
    const operation = getOperationAST(document, asked.operationName);
    if (!operation || operation.operation === 'subscription' || !isDeferring(document)) return undefined;
    if (limits.findProblems(operations.schema, document).length > 0) return undefined;
    return operations.open({ ...asked, document });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
