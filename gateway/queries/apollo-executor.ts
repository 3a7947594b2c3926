/**
 * HISTORY and SEND: compiled operations in the place of Apollo Gateway's executor, behind Apollo Server: here come operations that are new, and all that the lean
 * front leaves to Apollo Server. Made by gateway.ts.
 */
import type { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { createGraphQLError } from '#platform/graphql-errors.ts';
import type { GatewayContext } from '../viewer.ts';
import { PlanningError } from './planner.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import type { QueryOperations } from './query-operations.ts';

/** What Apollo Server takes for a gateway. */
export type ServerGateway = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];
type Loaded = Awaited<ReturnType<ServerGateway['load']>>;
export type ExecutorRequest = Parameters<NonNullable<Loaded['executor']>>[0];

/** Apollo's gateway loads the supergraph and tells of new ones; what it would execute is executed here. */
export function createExecutingGateway(
  gateway: ApolloGateway,
  operationsOf: (request: ExecutorRequest) => QueryOperations,
): ServerGateway {
  return {
    load: async (options) => {
      await gateway.load(options);
      return { executor: (request) => execute(operationsOf(request), request) };
    },
    onSchemaLoadOrUpdate: (listener) => gateway.onSchemaLoadOrUpdate(listener),
    stop: () => gateway.stop(),
  };
}

async function execute(
  operations: QueryOperations,
  asked: ExecutorRequest,
): ReturnType<NonNullable<Loaded['executor']>> {
  const { source, document, request, overallCachePolicy } = asked;
  const operationName = request.operationName || null;
  const operation = await prepare(() => operations.prepare({ text: source, operationName, document }));
  const context = asked.context as GatewayContext;
  const result = await operation.execute({ variables: request.variables ?? {}, context });
  if (result.kind === 'refused') return { errors: result.errors };
  const { isPublic, maxAgeSeconds } = result.cachePolicy;
  if (isPublic) overallCachePolicy.restrict({ maxAge: maxAgeSeconds, scope: 'PUBLIC' });
  if (result.kind === 'body') return JSON.parse(result.body.toString('utf8'));
  const { errors } = result;
  return { data: JSON.parse(result.data), ...(errors.length === 0 ? {} : { errors }) };
}

/** Throws GraphQLError where it is the moment's fault. */
async function prepare(plan: () => Promise<PreparedOperation>): Promise<PreparedOperation> {
  try {
    return await plan();
  } catch (error) {
    if (!(error instanceof PlanningError) || error.reason === 'failed') throw error;
    throw createGraphQLError('OVERLOADED', 'There was no time to plan the operation; try again.', {
      cause: error,
      retryAfterMs: 1_000,
    });
  }
}
