/**
 * HISTORY and SEND, the client's end over HTTP: operations that are known are answered here, without Apollo Server. It stays in front of everything else: what is
 * asked for the first time, by GET, with a token that is refused, or in a form that has rules of its own. Made by http.ts.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handle } from '#platform/http.ts';
import { isObject } from '#platform/is-object.ts';
import { readJsonBody, refuseBody } from '#platform/json-body.ts';
import type { AnswerFormat } from '../answer-format.ts';
import { findAnswerFormat } from '../answer-format.ts';
import type { ApolloExecute } from '../apollo-http.ts';
import type { DocumentRefusal } from '../documents/document-refusal.ts';
import type { Documents } from '../documents/documents.ts';
import { completeBody } from '../documents/http-documents.ts';
import type { FormatError } from '../subscriptions/execute-event.ts';
import type { Client, Identity } from '../viewer.ts';
import { isTakingParts, sendParts } from './deferred/parts-answer.ts';
import type { JsonObject } from './execution/json-objects.ts';
import type { QueryAnswer } from './query-answer.ts';
import { toQueryAnswer } from './query-answer.ts';
import type { QueryMetrics } from './query-metrics.ts';
import type { OperationText, QueryOperation } from './query-operation.ts';

export interface QueryFrontOptions {
  readonly documents: Documents;
  readonly find: (asked: OperationText) => QueryOperation | undefined;
  /** Rejects when tokens can't be checked. */
  readonly identify: (authorization: string | undefined) => Promise<Identity>;
  readonly readClient: (request: IncomingMessage) => Client;
  readonly formatError: FormatError;
  readonly metrics: Pick<QueryMetrics, 'answered'>;
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
  readonly operation: QueryOperation;
  readonly variables: Readonly<Record<string, unknown>>;
}

const noBody = { kind: 'read', value: '' } as const;

type TypedAnswer = QueryAnswer & Pick<AnswerFormat, 'contentType'>;

/** For GET and POST. */
export function createQueryFront(options: QueryFrontOptions): Handle {
  const { documents, identify, readClient, formatError, executeByApollo } = options;

  async function send(request: IncomingMessage, response: ServerResponse, whole: TypedAnswer): Promise<void> {
    const { status, cacheControl, contentType, body } = whole;
    response.statusCode = status;
    response.setHeader('cache-control', cacheControl);
    response.setHeader('content-type', contentType);
    // Encoded once, here: node:http would go over the text twice, to count and to write.
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    response.setHeader('content-length', bytes.length);
    await options.send(request, response, bytes);
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    { operation, variables, format }: Known & { readonly format: AnswerFormat },
  ): Promise<boolean> {
    const identity = await identify(request.headers.authorization).catch(() => null);
    if (identity === null || identity.kind === 'refused') return false;
    const context = { identity, client: readClient(request) };
    const result = isTakingParts(request.headers.accept)
      ? await operation.executeInParts({ variables, context })
      : await operation.execute({ variables, context });
    if (result.kind === 'parts') {
      await sendParts(response, result, formatError);
      return true;
    }
    const whole = toQueryAnswer(result, { formatError, refusedStatus: format.refusedStatus });
    options.metrics.answered('front');
    await send(request, response, { ...whole, contentType: format.contentType });
    return true;
  }

  function leave(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    options.metrics.answered('apollo server');
    return executeByApollo(request, response, body);
  }

  async function serve(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const format = chooseFormat(request);
    if (format === null || !isObject(body)) return leave(request, response, body);
    const document = documents.resolve(body);
    if (document.kind === 'refused') return send(request, response, toRefusal(document, format, formatError));
    const known = findKnown(body, document.query, options.find);
    const isAnswered = known !== null && (await answer(request, response, { ...known, format }));
    if (!isAnswered) await leave(request, response, completeBody(body, document.query));
  }

  return async (request, response) => {
    const isPost = request.method === 'POST';
    const body = isPost ? await readJsonBody(request, options.bodyBytesMax) : noBody;
    if (body.kind === 'refused') refuseBody(response, body);
    else await serve(request, response, body.value);
  };
}

/** Null where Apollo Server has to see for itself. */
function chooseFormat({ method, headers }: IncomingMessage): AnswerFormat | null {
  // Of this content type no page can send anything without having been allowed to, so there is no forgery to prevent.
  if (method !== 'POST' || !isJson(headers['content-type'])) return null;
  const { accept } = headers;
  const format = findAnswerFormat(accept);
  if (format !== null || !isTakingParts(accept)) return format;
  // Apollo Server has no answer in parts to give; should this one be whole, there is nothing to negotiate either.
  return findAnswerFormat(accept?.includes(graphqlJson) ? graphqlJson : undefined);
}

const graphqlJson = 'application/graphql-response+json';

function findKnown(
  { operationName = null, variables = null, extensions = null }: JsonObject,
  text: string,
  find: QueryFrontOptions['find'],
): Known | null {
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== null && !isObject(variables)) return null;
  if (extensions !== null && !isObject(extensions)) return null;
  const operation = find({ text, operationName: operationName || null });
  return operation === undefined ? null : { operation, variables: variables ?? {} };
}

/** Of an id a cache on the way would keep it. */
function toRefusal(
  { error, status }: DocumentRefusal,
  { contentType }: AnswerFormat,
  formatError: FormatError,
): TypedAnswer {
  const body = JSON.stringify({ errors: [formatError(error.toJSON(), error)] });
  return { status, cacheControl: 'private, no-cache, must-revalidate', contentType, body };
}

function isJson(contentType: string | undefined): boolean {
  return contentType === 'application/json' || contentType?.startsWith('application/json;') === true;
}
