/** Serves an Apollo Server from a node:http route: bounded body, one answer. Used by the gateway; no framework in between. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, BaseContext, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { Handle } from './http.ts';
import { readJsonBody, refuseBody } from './json-body.ts';

export interface ApolloHttpOptions<Context extends BaseContext> {
  readonly server: ApolloServer<Context>;
  readonly bodyBytesMax: number;
  /** Made once per request; may throw a GraphQLError, which becomes the answer. */
  readonly createContext: (request: IncomingMessage) => Promise<Context>;
}

const noBody = { kind: 'read', value: '' } as const;

/** The route handler for GET and POST. */
export function createApolloHandle<Context extends BaseContext>(options: ApolloHttpOptions<Context>): Handle {
  return async (request, response) => {
    const isPost = request.method === 'POST';
    const body = isPost ? await readJsonBody(request, options.bodyBytesMax) : noBody;
    if (body.kind === 'refused') {
      refuseBody(response, body);
      return;
    }
    const answer = await options.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toGraphQLRequest(request, body.value),
      context: () => options.createContext(request),
    });
    await send(response, answer);
  };
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
