/**
 * HISTORY and SEND: queries and mutations on the supergraph of the moment: what is known of each supergraph, and the gateway by which Apollo Server executes the
 * rest. Made by gateway.ts.
 */
import type { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { Kind, parse } from 'graphql';
import type { Logger } from '#platform/logger.ts';
import type { GatewayConfig } from '../config.ts';
import type { ServerGateway } from './apollo-executor.ts';
import { createExecutingGateway } from './apollo-executor.ts';
import type { DemandControl } from './demand-control.ts';
import { createGenerationPlanners } from './generation-planner.ts';
import type { OperationText, QueryOperation } from './query-operation.ts';
import type { QueryOperations } from './query-operations.ts';
import { createQueryOperations } from './query-operations.ts';
import { createQuerySchema } from './query-schema.ts';
import type { QuerySource } from './query-source.ts';
import type { SupergraphRules } from './supergraph-rules.ts';

export interface LoadedSupergraph {
  readonly supergraphSdl: string;
  /** With what clients do not see. */
  readonly supergraph: GraphQLSchema;
  readonly api: GraphQLSchema;
  readonly rules: SupergraphRules;
}

export interface Queries extends AsyncDisposable {
  /** For Apollo Server. */
  readonly gateway: ServerGateway;
  /** One that has been prepared for the supergraph of the moment. */
  find(asked: OperationText): QueryOperation | undefined;
  /** Plans and compiles the queries and mutations of a text that is valid. Rejects with PlanningError. */
  warmUp(text: string): Promise<void>;
  /** Those that were known of the supergraph before. */
  textsBefore(): readonly string[];
  /** Resolves when new operations can be planned; rejects with PlanningError. */
  ready(): Promise<void>;
  /** A supergraph has been loaded; operations that run go on with theirs. */
  replace(loaded: LoadedSupergraph): void;
}

export interface QueriesOptions {
  readonly config: Pick<
    GatewayConfig,
    'plansMax' | 'plannerTimeoutMs' | 'plannerWaitingMax' | 'overrideLabels'
  >;
  readonly gateway: ApolloGateway;
  readonly demandControl: DemandControl;
  readonly logger: Logger;
  readonly sourceOf: (subgraph: string) => QuerySource;
}

export function createQueries(options: QueriesOptions): Queries {
  const { config, gateway, demandControl, sourceOf } = options;
  const planners = createGenerationPlanners(config, options.logger);
  const enabledOverrides = new Set(config.overrideLabels);
  const bySchema = new WeakMap<GraphQLSchema, QueryOperations>();
  let latest: QueryOperations | null = null;
  let before: readonly string[] = [];
  const current = () => {
    if (latest === null) throw new Error('the supergraph is not loaded');
    return latest;
  };
  return {
    // An operation that was validated on a supergraph is executed on the same.
    gateway: createExecutingGateway(gateway, ({ schema }) => bySchema.get(schema) ?? current()),
    find: (asked) => current().find(asked),
    warmUp: async (text) => {
      const document = parse(text);
      const operations = current();
      for (const definition of document.definitions) {
        if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === 'subscription')
          continue;
        await operations
          .open({ text, document, operationName: definition.name?.value ?? null })
          .prepare({ kind: 'anonymous' });
      }
    },
    textsBefore: () => before,
    ready: planners.ready,
    replace: (loaded) => {
      before = latest?.texts() ?? [];
      latest = createQueryOperations({
        schema: createQuerySchema(loaded),
        planner: planners.start(loaded.supergraphSdl),
        rules: loaded.rules,
        ...{ demandControl, enabledOverrides, sourceOf },
        operationsMax: config.plansMax,
      });
      bySchema.set(loaded.api, latest);
    },
    [Symbol.asyncDispose]: () => planners[Symbol.asyncDispose](),
  };
}
