/** What a request for a stream asks: an operation, by POST or GET, as GraphQL over HTTP has it. Used by http-streams.ts and reserved-streams.ts. */
import type { IncomingMessage } from 'node:http';
import { readBody } from '#platform/http.ts';
import type { Documents } from './documents/documents.ts';
import type { OperationRequest } from './operations.ts';

/** The request can't be served; nothing was started. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Of the URL. */
export function parameters(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://gateway').searchParams;
}

export type StreamRequest = OperationRequest & {
  readonly extensions?: Readonly<Record<string, unknown>> | null;
};

export interface ReadOptions {
  readonly bodyBytesMax: number;
  readonly documents: Documents;
}

/** Throws BadRequest, but not for a document that may not run or has to be sent: that is said where the results would be. */
export async function readOperation(
  request: IncomingMessage,
  { bodyBytesMax, documents }: ReadOptions,
): Promise<StreamRequest> {
  const given = request.method === 'GET' ? readQuery(request) : await readJson(request, bodyBytesMax);
  const { operationName, variables, extensions } = given;
  if (operationName != null && typeof operationName !== 'string')
    throw new BadRequest(400, '`operationName` must be a text.');
  const document = documents.resolve(given);
  if (document.kind === 'refused' && document.status === 400)
    throw new BadRequest(400, document.error.message);
  return {
    ...{ document, operationName },
    variables: toObject(variables, 'variables'),
    extensions: toObject(extensions, 'extensions'),
  };
}

function toObject(value: unknown, name: string): Readonly<Record<string, unknown>> | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new BadRequest(400, `\`${name}\` must be an object.`);
}

function readQuery(request: IncomingMessage): Record<string, unknown> {
  const given = parameters(request);
  const parse = (name: string) => {
    const text = given.get(name);
    return text === null || text === '' ? null : parseJson(text);
  };
  return {
    query: given.get('query'),
    documentId: given.get('documentId'),
    operationName: given.get('operationName'),
    variables: parse('variables'),
    extensions: parse('extensions'),
  };
}

async function readJson(request: IncomingMessage, bodyBytesMax: number): Promise<Record<string, unknown>> {
  // Web pages of others can't send this type without asking first.
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (mediaType.trim().toLowerCase() !== 'application/json')
    throw new BadRequest(415, 'Send the operation as application/json.');
  const text = await readBody(request, bodyBytesMax);
  if (text === null) throw new BadRequest(413, `The body is longer than ${bodyBytesMax} bytes.`);
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadRequest(400, 'The body must be an object.');
  return value as Record<string, unknown>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(400, 'This is not JSON.');
  }
}
