/**
 * HISTORY and SEND: compiled operations in the place of Apollo Gateway's executor, behind Apollo Server: here come operations that are new, and all that the lean
 * front leaves to Apollo Server. Made by queries.ts.
 */
import type { ApolloGateway } from '@apollo/gateway';
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { GatewayContext } from '../viewer.ts';
import { withDefer } from './deferred/defer-directive.ts';
import type { QueryOperations } from './query-operations.ts';

/** What Apollo Server takes for a gateway. */
export type ServerGateway = ApolloServerOptionsWithGateway<GatewayContext>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<ServerGateway['load']>>['executor']>;
type ExecutorRequest = Parameters<Executor>[0];

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
    onSchemaLoadOrUpdate: (listener) =>
      gateway.onSchemaLoadOrUpdate((loaded) =>
        listener({ ...loaded, apiSchema: withDefer(loaded.apiSchema) }),
      ),
    stop: () => gateway.stop(),
  };
}

async function execute(operations: QueryOperations, asked: ExecutorRequest): ReturnType<Executor> {
  const { source, document, request, overallCachePolicy } = asked;
  const operation = operations.open({ text: source, operationName: request.operationName || null, document });
  const context = asked.context as GatewayContext;
  const result = await operation.execute({ variables: request.variables ?? {}, context });
  if (result.kind === 'refused') return { errors: result.errors };
  const { isPublic, maxAgeSeconds } = result.cachePolicy;
  if (isPublic) overallCachePolicy.restrict({ maxAge: maxAgeSeconds, scope: 'PUBLIC' });
  if (result.kind === 'body') return JSON.parse(result.body.toString('utf8'));
  const { errors } = result;
  return { data: JSON.parse(result.data), ...(errors.length === 0 ? {} : { errors }) };
}
