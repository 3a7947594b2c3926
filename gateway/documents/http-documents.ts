/** Puts the text into a request over HTTP that names its document, since Apollo Server runs texts. Made by gateway.ts for http.ts. */
import type { HTTPGraphQLRequest } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { isObject } from '#platform/is-object.ts';
import type { DocumentRefusal } from './document-refusal.ts';
import type { DocumentRequest, Documents } from './documents.ts';

/** Throws the GraphQLError of a refusal, with its status. What is no request at all is left to Apollo Server to refuse. */
export type CompleteRequest = (request: HTTPGraphQLRequest) => void;

export function createCompleteRequest(documents: Documents): CompleteRequest {
  function resolve(given: DocumentRequest): string {
    const outcome = documents.resolve(given);
    if (outcome.kind === 'refused') throw toHttpError(outcome);
    return outcome.query;
  }

  function completeSearch(search: string): string {
    const parameters = new URLSearchParams(search);
    const extensions = parseJson(parameters.get('extensions'));
    const documentId = parameters.get('documentId');
    const given = { query: parameters.get('query'), documentId, extensions };
    const query = resolve(given);
    if (!namesDocument(given)) return search;
    parameters.set('query', query);
    parameters.delete('documentId');
    if (isObject(extensions)) parameters.set('extensions', JSON.stringify(withoutName(extensions)));
    return `?${parameters}`;
  }

  return (request) => {
    if (request.method === 'GET') request.search = completeSearch(request.search);
    else if (isObject(request.body)) request.body = completeBody(request.body, resolve(request.body));
  };
}

/** The body of a request that sends the text itself. */
export function completeBody(body: Readonly<Record<string, unknown>>, query: string): object {
  if (!namesDocument(body)) return body;
  const { documentId: _id, ...rest } = body;
  return { ...rest, query, ...('extensions' in rest && { extensions: withoutName(rest.extensions) }) };
}

export function namesDocument({ documentId, extensions }: DocumentRequest): boolean {
  return (documentId ?? null) !== null || (isObject(extensions) && 'persistedQuery' in extensions);
}

/** Apollo Server would look for it by itself. */
function withoutName(extensions: unknown): unknown {
  if (!isObject(extensions)) return extensions;
  const { persistedQuery: _name, ...rest } = extensions;
  return rest;
}

function toHttpError({ error, status }: DocumentRefusal): GraphQLError {
  // Of a GET a cache between would keep it.
  const headers = new HeaderMap([['cache-control', 'private, no-cache, must-revalidate']]);
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status, headers } } });
}

/** Undefined for what is not JSON, which Apollo Server refuses. */
function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
