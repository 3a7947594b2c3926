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
  /** Ends the response with a whole answer, once status and headers are set; as it is, unless this says otherwise. */
  readonly sendWhole?: SendWhole;
  /** Puts in what is missing; may throw a GraphQLError too. */
  readonly completeRequest?: (request: HTTPGraphQLRequest) => void;
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
  options: Omit<ApolloHttpOptions<Context>, 'bodyBytesMax'>,
): ApolloExecute {
  const { sendWhole = (_request, response, text) => void response.end(text) } = options;
  return async (request, response, body) => {
    const httpGraphQLRequest = toGraphQLRequest(request, body);
    const answer = await options.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest,
      // Not before Apollo Server has looked at where the request comes from.
      context: () => {
        options.completeRequest?.(httpGraphQLRequest);
        return options.createContext(request);
      },
    });
    writeHead(response, answer);
    if (answer.body.kind === 'complete') await sendWhole(request, response, answer.body.string);
    else await sendChunks(response, answer.body.asyncIterator);
  };
}

/** The route handler for GET and POST. */
export function createApolloHandle<Context extends BaseContext>(options: ApolloHttpOptions<Context>): Handle {
  const execute = createApolloExecute(options);
  return async (request, response) => {
    const body = await readJsonBody(request, options.bodyBytesMax);
    if (body.kind === 'refused') refuseBody(response, body);
    else await execute(request, response, body.value);
  };
}

/** What was sent, a JSON value where the content type says so; '' for what has no body. */
export type Body = { kind: 'read'; value: unknown } | RefusedBody;
interface RefusedBody {
  readonly kind: 'refused';
  readonly status: number;
  readonly message: string;
}

export function refuseBody(response: ServerResponse, { status, message }: RefusedBody): void {
  // The rest of the body is not read, so nothing can follow on this connection.
  if (status === 413) response.setHeader('connection', 'close');
  sendJson(response, status, { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
}

export async function readJsonBody(request: IncomingMessage, bytesMax: number): Promise<Body> {
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

function writeHead(response: ServerResponse, answer: HTTPGraphQLResponse): void {
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.statusCode = answer.status ?? 200;
}

async function sendChunks(response: ServerResponse, chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) response.write(chunk);
  response.end();
}
