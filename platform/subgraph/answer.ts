/**
 * Answers one request of a subgraph: from the body and the context to a status and a text. Called by server.ts; calls operations.ts.
 */
import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import { createErrorMask, createGraphQLError, toGraphQLError } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { SubgraphContext } from '#schema/context.ts';
import { notCacheable } from './cache-hints.ts';
import { createTracing } from './federated-trace.ts';
import { createFindOperation, withCode } from './operations.ts';

export interface Answer {
  readonly status: number;
  readonly cacheControl: string;
  /** JSON. */
  readonly text: string;
}

export interface Asked {
  /** As JSON has it. */
  readonly body: unknown;
  /** The caller wants to know how long the fields take. */
  readonly isTraced: boolean;
  /** May throw a GraphQLError, which becomes the answer. */
  readonly createContext: () => Promise<SubgraphContext>;
}

interface GraphQLRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The answers of a subgraph; it never rejects for what is asked. `createSchema` gives a new schema each time. */
export function createAnswering(options: {
  readonly schema: GraphQLSchema;
  readonly createSchema: () => GraphQLSchema;
  readonly logger: Logger;
}): (asked: Asked) => Promise<Answer> {
  const mask = createErrorMask(options.logger);
  const known = { find: createFindOperation(options.schema) };
  const tracing = createTracing(options.createSchema);
  const maskAll = (errors: readonly GraphQLError[]) => errors.map((error) => mask(error.toJSON(), error));
  const refuse = (status: number, errors: readonly GraphQLError[]): Answer => ({
    status,
    cacheControl: notCacheable,
    text: JSON.stringify({ errors: maskAll(errors) }),
  });

  return async ({ body, isTraced, createContext }) => {
    let context: SubgraphContext;
    try {
      context = await createContext();
    } catch (error) {
      return refuse(500, [toGraphQLError(error)]);
    }
    const request = readRequest(body);
    if (request instanceof GraphQLError) return refuse(toStatus(request), [request]);
    const { query, operationName, variables } = request;
    const operation = (isTraced ? tracing : known).find(query, operationName);
    if (!('run' in operation)) return refuse(400, operation);
    const trace = isTraced ? tracing.start(context) : null;
    const running = operation.run(context, variables);
    const { data, errors } = running instanceof Promise ? await running : running;
    if (data === undefined) return refuse(400, (errors ?? []).map(toInputError));
    return {
      status: 200,
      cacheControl: errors === undefined ? operation.cacheControlOf(variables) : notCacheable,
      text: JSON.stringify({
        ...(errors === undefined ? {} : { errors: maskAll(errors) }),
        data,
        ...(trace === null ? {} : { extensions: { ftv1: trace.encode(errors ?? []) } }),
      }),
    };
  };
}

/** The variables are not what the operation declares. */
function toInputError(error: GraphQLError): GraphQLError {
  return error.extensions.code === undefined ? withCode(error, 'BAD_USER_INPUT') : error;
}

/** An APQ client sends the whole query when it hears this. */
function toStatus({ extensions }: GraphQLError): number {
  return extensions.code === 'PERSISTED_QUERY_NOT_SUPPORTED' ? 200 : 400;
}

/** The parts of a POST body by GraphQL over HTTP; an error of ours for what is none. */
function readRequest(body: unknown): GraphQLRequest | GraphQLError {
  if (Array.isArray(body)) return badRequest('Operation batching disabled.');
  if (!isRecord(body)) return badRequest('The body is not a JSON object, or its Content-Type is not JSON.');
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (extensions !== null && !isRecord(extensions)) return badRequest('`extensions` must be an object.');
  if (variables !== null && !isRecord(variables)) return badRequest('`variables` must be an object.');
  if (operationName !== null && typeof operationName !== 'string')
    return badRequest('`operationName` must be a string.');
  if (query === undefined && isRecord(extensions?.persistedQuery))
    return createGraphQLError('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
  if (typeof query !== 'string' || query === '')
    return badRequest('`query` must be a string that is not empty.');
  return { query, operationName, variables: variables ?? {} };
}

function badRequest(message: string): GraphQLError {
  return createGraphQLError('BAD_REQUEST', message);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
