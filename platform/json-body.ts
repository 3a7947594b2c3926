/** The JSON body of a GraphQL request over HTTP. Called by subgraph/server.ts and by the gateway. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendJson } from './http.ts';

export interface RefusedBody {
  readonly kind: 'refused';
  readonly status: 400 | 413;
  readonly message: string;
}

/** A body of another content type is read as its text. */
export async function readJsonBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<{ readonly kind: 'read'; readonly value: unknown } | RefusedBody> {
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

export function refuseBody(response: ServerResponse, { status, message }: RefusedBody): void {
  // The rest of the body is not read, so nothing can follow on this connection.
  if (status === 413) response.setHeader('connection', 'close');
  sendJson(response, status, { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
}
