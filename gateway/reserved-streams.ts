/**
 * LIVE, the client's end over HTTP: graphql-sse's single connection mode. A stream is reserved with PUT and opened with GET; operations are started on it
 * with POST and stopped with DELETE, all by its token. Used by http-streams.ts.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { unauthenticated } from '#platform/graphql-errors.ts';
import { sendJson } from '#platform/http.ts';
import type { GatewayConfig } from './config.ts';
import type { Documents } from './documents/documents.ts';
import type { HttpStream } from './http-stream.ts';
import { BadRequest, parameters, readOperation } from './stream-request.ts';

export interface ReservedStreams {
  /** Null when it is not about such a stream. Throws, or rejects with, BadRequest. */
  route(request: IncomingMessage, response: ServerResponse): Promise<void> | void | null;
}

export interface ReservedStreamsOptions {
  readonly config: Pick<GatewayConfig, 'bodyBytesMax' | 'socketOperationsMax' | 'workers'>;
  readonly documents: Documents;
  /** A stream for whoever asks; null when it was refused and answered. */
  readonly admit: (
    request: IncomingMessage,
    response: ServerResponse,
    onClosed: () => void,
  ) => Promise<HttpStream | null>;
}

interface Reservation {
  readonly stream: HttpStream;
  readonly expiry: NodeJS.Timeout;
}

const tokenHeader = 'x-graphql-event-stream-token';
/** A stream that is reserved and not opened in this time is given up. */
const reservationMs = 30_000;
const oneProcess = 'Streams of many operations are not offered here: ask for a stream for each operation.';

export function createReservedStreams(options: ReservedStreamsOptions): ReservedStreams {
  const { config, documents, admit } = options;
  const reserved = new Map<string, Reservation>();

  async function reserve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = randomUUID();
    const stream = await admit(request, response, () => reserved.delete(token));
    if (stream === null) return;
    if (stream.context.identity.kind !== 'viewer') {
      stream.interrupted();
      return sendJson(response, 401, { errors: [unauthenticated().toJSON()] });
    }
    const expiry = setTimeout(() => stream.interrupted(), reservationMs);
    reserved.set(token, { stream, expiry });
    response.writeHead(201, { 'content-type': 'text/plain; charset=utf-8' }).end(token);
  }

  return {
    route: (request, response) => {
      if (request.method === 'PUT') {
        // What comes with the token later may come to another process.
        if (config.workers > 1) throw new BadRequest(501, oneProcess);
        return reserve(request, response);
      }
      const header = request.headers[tokenHeader];
      const token = typeof header === 'string' ? header : findToken(request);
      if (token === null) return null;
      const reservation = reserved.get(token);
      if (reservation === undefined) throw new BadRequest(404, 'There is no stream of this token.');
      switch (request.method) {
        case 'GET':
          return open(reservation, response);
        case 'POST':
          return start(reservation.stream, { request, response, config, documents });
        case 'DELETE':
          reservation.stream.stop(parameters(request).get('operationId') ?? '');
          return void response.writeHead(200).end();
        default:
          return null;
      }
    },
  };
}

function open({ stream, expiry }: Reservation, response: ServerResponse): void {
  if (stream.isOpen) throw new BadRequest(409, 'The stream is open already.');
  clearTimeout(expiry);
  stream.open(response);
}

async function start(
  stream: HttpStream,
  {
    request,
    response,
    config,
    documents,
  }: Pick<ReservedStreamsOptions, 'config' | 'documents'> & {
    readonly request: IncomingMessage;
    readonly response: ServerResponse;
  },
): Promise<void> {
  const { bodyBytesMax } = config;
  const { extensions, ...operation } = await readOperation(request, { bodyBytesMax, documents });
  if (!stream.isOpen) throw new BadRequest(409, 'Open the stream first.');
  const id = extensions?.operationId;
  if (typeof id !== 'string' || id === '')
    throw new BadRequest(400, 'Say in extensions.operationId which operation of the stream it is.');
  if (stream.has(id)) throw new BadRequest(409, `Operation with ID "${id}" already exists.`);
  if (stream.operationsCount >= config.socketOperationsMax)
    throw new BadRequest(429, `A stream may run ${config.socketOperationsMax} operations at a time.`);
  const errors = stream.findRefusal(operation);
  if (errors !== null) return sendJson(response, 400, { errors });
  stream.start(id, operation);
  response.writeHead(202).end();
}

/** Of the URL; most have no parameters at all. */
function findToken(request: IncomingMessage): string | null {
  return request.url?.includes('?') === true ? parameters(request).get('token') : null;
}
