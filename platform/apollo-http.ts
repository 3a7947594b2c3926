/** Serves an Apollo Server from a node:http route: bounded body, one answer. Used by the gateway and by every subgraph; no framework in between. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, BaseContext, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { Handle } from './http.ts';
import { readBody, sendJson } from './http.ts';

export interface ApolloHttpOptions<Context extends BaseContext> {
  readonly server: ApolloServer<Context>;
  readonly bodyBytesMax: number;
  /** Made once per request; may throw a GraphQLError, which becomes the answer. */
  readonly createContext: (request: IncomingMessage) => Promise<Context>;
  /** Puts in what is missing; may throw a GraphQLError too. */
  readonly completeRequest?: (request: HTTPGraphQLRequest) => void;
}

/** The route handler for GET and POST. */
export function createApolloHandle<Context extends BaseContext>(options: ApolloHttpOptions<Context>): Handle {
  return async (request, response) => {
    const body = await readJsonBody(request, options.bodyBytesMax);
    if (body.kind === 'refused') {
      // The rest of the body is not read, so nothing can follow on this connection.
      if (body.status === 413) response.setHeader('connection', 'close');
      sendJson(response, body.status, {
        errors: [{ message: body.message, extensions: { code: 'BAD_REQUEST' } }],
      });
      return;
    }
    const httpGraphQLRequest = toGraphQLRequest(request, body.value);
    const answer = await options.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      // Not before Apollo Server has looked at where the request comes from.
      context: () => {
        options.completeRequest?.(httpGraphQLRequest);
        return options.createContext(request);
      },
    });
    await send(response, answer);
  };
}

type Body = { kind: 'read'; value: unknown } | { kind: 'refused'; status: number; message: string };

async function readJsonBody(request: IncomingMessage, bytesMax: number): Promise<Body> {
  if (request.method !== 'POST') return { kind: 'read', value: '' };
  const text = await readBody(request, bytesMax);
  if (text === null)
    return { kind: 'refused', status: 413, message: `The body is longer than ${bytesMax} bytes.` };
  if (!(request.headers['content-type'] ?? '').includes('json')) return { kind: 'read', value: text };
  try {
    return { kind: 'read', value: JSON.parse(text) };
  } catch {
    return { kind: 'refused', status: 400, message: 'The body is not JSON.' };
  }
}

function toGraphQLRequest(request: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const url = request.url ?? '/';
  const queryAt = url.indexOf('?');
  return { method: request.method ?? 'GET', headers, search: queryAt === -1 ? '' : url.slice(queryAt), body };
}

async function send(response: ServerResponse, answer: HTTPGraphQLResponse): Promise<void> {
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.statusCode = answer.status ?? 200;
  if (answer.body.kind === 'complete') {
    response.end(answer.body.string);
    return;
  }
  for await (const chunk of answer.body.asyncIterator) response.write(chunk);
  response.end();
}
