/** Apollo Server behind a node:http route, no framework in between: for what the lean front (queries/query-front.ts) does not answer itself. Made by http.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, BaseContext, HTTPGraphQLRequest, HTTPGraphQLResponse } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import { isTakingParts } from './queries/deferred/parts-answer.ts';

export interface ApolloHttpOptions<Context extends BaseContext> {
  readonly server: ApolloServer<Context>;
  /** Made once per request; may throw a GraphQLError, which becomes the answer. */
  readonly createContext: (request: IncomingMessage) => Promise<Context>;
  /** Ends the response with a whole answer, once status and headers are set. */
  readonly sendWhole: SendWhole;
  /** Puts in what is missing; may throw a GraphQLError too. */
  readonly completeRequest: (request: HTTPGraphQLRequest) => void;
}

export type SendWhole = (
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
) => Promise<void> | void;

/** Runs a request whose body has been read, a JSON value or a text. */
export type ApolloExecute = (
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
) => Promise<void>;

export function createApolloExecute<Context extends BaseContext>(
  options: ApolloHttpOptions<Context>,
): ApolloExecute {
  const { sendWhole } = options;
  return async (request, response, body) => {
    const httpGraphQLRequest = toGraphQLRequest(request, body);
    const answer = await options.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      // Not before Apollo Server has looked at where the request comes from.
      context: () => {
        options.completeRequest(httpGraphQLRequest);
        return options.createContext(request);
      },
    });
    writeHead(response, answer);
    if (answer.body.kind === 'complete') await sendWhole(request, response, answer.body.string);
    else await sendChunks(response, answer.body.asyncIterator);
  };
}

function toGraphQLRequest(request: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  // What Apollo Server has to say is one answer, which a client of answers in parts takes as well, whether it says so or not.
  const { accept } = request.headers;
  if (isTakingParts(accept)) headers.set('accept', `${accept}, application/json;q=0.1`);
  const url = request.url ?? '/';
  const queryAt = url.indexOf('?');
  return { method: request.method ?? 'GET', headers, search: queryAt === -1 ? '' : url.slice(queryAt), body };
}

function writeHead(response: ServerResponse, answer: HTTPGraphQLResponse): void {
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.statusCode = answer.status ?? 200;
}

async function sendChunks(response: ServerResponse, chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) response.write(chunk);
  response.end();
}
