/**
 * LIVE, the client's end over HTTP: answers to requests of /graphql that ask for a stream: text/event-stream (an operation for each connection, or many
 * on one that was reserved) and multipart/mixed. Called by http.ts, makes an http-stream.ts for each.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { overloaded, unauthenticated } from '#platform/graphql-errors.ts';
import { sendJson } from '#platform/http.ts';
import type { Logger } from '#platform/logger.ts';
import { closeCodes } from '#schema/errors.ts';
import type { Admission } from './admission.ts';
import type { OperationParts } from './client-operation.ts';
import type { GatewayConfig } from './config.ts';
import type { ClientConnection, Connections } from './connections.ts';
import type { HttpStreamOptions } from './http-stream.ts';
import { HttpStream } from './http-stream.ts';
import type { OperationRequest } from './operations.ts';
import type { OriginCheck } from './origins.ts';
import { createReservedStreams } from './reserved-streams.ts';
import type { StreamFormat } from './stream-formats.ts';
import { distinctEvents, multipart, singleConnectionEvents } from './stream-formats.ts';
import { BadRequest, readOperation } from './stream-request.ts';
import { readClient } from './viewer.ts';

export interface HttpStreamsOptions {
  readonly parts: OperationParts;
  readonly config: GatewayConfig;
  readonly connections: Connections;
  readonly admission: Admission;
  readonly isOriginAllowed: OriginCheck;
  readonly logger: Logger;
}

export interface HttpStreams {
  /** Serves it when it is about a stream; false when it is not. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

const retryAfterMs = 2_000;

/** None is open yet. */
export function createHttpStreams(options: HttpStreamsOptions): HttpStreams {
  const { config, isOriginAllowed, logger } = options;
  const { documents } = options.parts;
  const reserved = createReservedStreams({
    config,
    documents,
    admit: (request, response, onClosed) =>
      admit(options, { request, response }, { format: singleConnectionEvents, isDistinct: false, onClosed }),
  });

  async function serveDistinct(
    request: IncomingMessage,
    response: ServerResponse,
    format: StreamFormat,
  ): Promise<void> {
    const operation = await readOperation(request, { bodyBytesMax: config.bodyBytesMax, documents });
    const kind = { format, isDistinct: true, onClosed: () => undefined };
    const stream = await admit(options, { request, response }, kind);
    if (stream === null) return;
    if (request.method === 'GET' && isMutation(operation, stream)) {
      stream.interrupted();
      throw new BadRequest(405, 'Mutations need POST.');
    }
    stream.open(response);
    stream.start('', operation);
  }

  function route(request: IncomingMessage, response: ServerResponse): Promise<void> | void | null {
    const { method } = request;
    const isForeign = !isOriginAllowed(request);
    if (isForeign && (chooseFormat(request) !== null || method === 'PUT'))
      throw new BadRequest(403, 'Pages of this origin may not open streams.');
    const served = reserved.route(request, response);
    if (served !== null) return served;
    const format = chooseFormat(request);
    if (format === null || (method !== 'GET' && method !== 'POST')) return null;
    return serveDistinct(request, response, format);
  }

  return {
    serve: (request, response) => {
      try {
        const served = route(request, response);
        if (served === null) return false;
        served?.catch((error: unknown) => refuse(response, error, logger));
      } catch (error) {
        refuse(response, error, logger);
      }
      return true;
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Null when it was refused and answered. */
async function admit(
  { parts, config, connections, admission }: HttpStreamsOptions,
  { request, response }: Exchange,
  { onClosed, ...kind }: Pick<HttpStreamOptions, 'format' | 'isDistinct' | 'onClosed'>,
): Promise<HttpStream | null> {
  // Until it is known who it is, there is no stream that could be closed.
  let target: ClientConnection = {
    close: (code, reason) =>
      code === closeCodes.overloaded
        ? sendErrors(response, 503, overloaded(retryAfterMs).toJSON())
        : sendErrors(response, 401, unauthenticated(reason).toJSON()),
  };
  const connection: ClientConnection = { close: (code, reason) => target.close(code, reason) };
  connections.add(connection);
  const identity = await admission.admit(connection, request.headers.authorization);
  if (identity === null) {
    admission.forget(connection);
    return null;
  }
  const context = { identity, client: readClient(request, config) };
  const stream = new HttpStream({
    ...{ context, parts, config, ...kind },
    onClosed: () => {
      admission.forget(connection);
      onClosed();
    },
  });
  target = stream;
  return stream;
}

function isMutation(operation: OperationRequest, { context, parts }: HttpStream): boolean {
  try {
    return parts.operations.prepare(operation, context.identity).kind === 'mutation';
  } catch (error) {
    // What is wrong with it is said on the stream.
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}

function refuse(response: ServerResponse, error: unknown, logger: Logger): void {
  if (!(error instanceof BadRequest)) {
    logger.error({ err: error }, 'a stream could not be served');
    response.destroy();
    return;
  }
  // The rest of a body that is too long is not read, so nothing can follow on this connection.
  if (error.status === 413) response.setHeader('connection', 'close');
  sendErrors(response, error.status, { message: error.message, extensions: { code: 'BAD_REQUEST' } });
}

function sendErrors(response: ServerResponse, status: number, error: GraphQLFormattedError): void {
  sendJson(response, status, { errors: [error] });
}

/** Null when it does not ask for a stream. */
function chooseFormat(request: IncomingMessage): StreamFormat | null {
  const accept = request.headers.accept ?? '';
  // Some clients accept everything for everything, and prefer JSON.
  if (accept.includes('text/event-stream') && !accept.includes('json')) return distinctEvents;
  return /multipart\/mixed[^,]*subscriptionSpec/i.test(accept) ? multipart : null;
}
