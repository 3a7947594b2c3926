/**
 * HISTORY and SEND, the client's end over HTTP: operations that are known are answered here, without Apollo Server. It stays in front of everything else: what is
 * asked for the first time, by GET, with a token that is refused, or in a form that has rules of its own. Made by http.ts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloExecute } from '#platform/apollo-http.ts';
import { readJsonBody, refuseBody } from '#platform/apollo-http.ts';
import type { Handle } from '#platform/http.ts';
import type { FormatError } from '../subscriptions/execute-event.ts';
import type { Client, Identity } from '../viewer.ts';
import { isObject } from './json-objects.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import { toQueryAnswer } from './query-answer.ts';
import type { OperationText } from './query-operations.ts';

export interface QueryFrontOptions {
  readonly find: (asked: OperationText) => PreparedOperation | undefined;
  /** Rejects when tokens can't be checked. */
  readonly identify: (authorization: string | undefined) => Promise<Identity>;
  readonly readClient: (request: IncomingMessage) => Client;
  readonly formatError: FormatError;
  /** Ends the response with this body. */
  readonly send: (
    request: IncomingMessage,
    response: ServerResponse,
    body: string | Buffer,
  ) => Promise<void> | void;
  readonly bodyBytesMax: number;
  readonly executeByApollo: ApolloExecute;
}

interface Known {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly contentType: string;
}

/** For GET and POST. */
export function createQueryFront(options: QueryFrontOptions): Handle {
  const { identify, readClient, formatError, send } = options;

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    { operation, variables, contentType }: Known,
  ): Promise<boolean> {
    const identity = await identify(request.headers.authorization).catch(() => null);
    if (identity === null || identity.kind === 'refused') return false;
    const context = { identity, client: readClient(request) };
    const result = await operation.execute({ variables, context });
    const { status, cacheControl, body } = toQueryAnswer(result, formatError);
    response.statusCode = status;
    response.setHeader('cache-control', cacheControl);
    response.setHeader('content-type', contentType);
    response.setHeader('content-length', typeof body === 'string' ? Buffer.byteLength(body) : body.length);
    await send(request, response, body);
    return true;
  }

  return async (request, response) => {
    const body = await readJsonBody(request, options.bodyBytesMax);
    if (body.kind === 'refused') return refuseBody(response, body);
    const known = findKnown(request, body.value, options.find);
    if (known !== null && (await answer(request, response, known))) return undefined;
    return options.executeByApollo(request, response, body.value);
  };
}

function findKnown(
  { method, headers }: IncomingMessage,
  body: unknown,
  find: QueryFrontOptions['find'],
): Known | null {
  // Of this content type no page can send anything without having been allowed to, so there is no forgery to prevent.
  if (method !== 'POST' || !isJson(headers['content-type']) || !isObject(body)) return null;
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (typeof query !== 'string' || extensions !== null) return null;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== null && !isObject(variables)) return null;
  const contentType = chooseContentType(headers.accept);
  if (contentType === null) return null;
  const operation = find({ text: query, operationName: operationName || null });
  return operation === undefined ? null : { operation, variables: variables ?? {}, contentType };
}

function isJson(contentType: string | undefined): boolean {
  return contentType === 'application/json' || contentType?.startsWith('application/json;') === true;
}

const json = 'application/json; charset=utf-8';
const graphqlJson = 'application/graphql-response+json; charset=utf-8';
/** What clients say, each whole; anything else is negotiated by Apollo Server. */
const answered: ReadonlyMap<string, string> = new Map([
  ['*/*', json],
  ['application/json', json],
  ['application/json, */*', json],
  ['application/json, text/plain, */*', json],
  ['application/graphql-response+json', graphqlJson],
  ['application/graphql-response+json, application/json', graphqlJson],
  ['application/graphql-response+json, application/json;q=0.9', graphqlJson],
  ['application/graphql-response+json,application/json;q=0.9', graphqlJson],
  ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', graphqlJson],
  [
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    graphqlJson,
  ],
]);

function chooseContentType(accept: string | undefined): string | null {
  return accept === undefined ? json : (answered.get(accept) ?? null);
}
