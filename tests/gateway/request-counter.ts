/** An HTTP proxy in front of a subgraph that counts what a gateway asks of it. Put between them by tests of the entity cache. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RequestCounter extends AsyncDisposable {
  /** Of the subgraph, as the gateway is to call it. */
  readonly url: string;
  /** Requests for entities so far. */
  entityRequests(): number;
}

/** Passes everything on to `target`, the URL of a subgraph. */
export async function startRequestCounter(target: string): Promise<RequestCounter> {
  let count = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    if (body.includes('_entities(')) count += 1;
    const { 'content-length': _length, ...headers } = request.headers as Record<string, string>;
    const { pathname } = new URL(request.url ?? '/', target);
    const method = request.method ?? 'GET';
    const answer = await fetch(new URL(pathname, target), {
      method,
      headers,
      ...(method === 'GET' ? {} : { body }),
    });
    const passed = ['content-type', 'cache-control'].flatMap((name) => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    });
    response.writeHead(answer.status, Object.fromEntries(passed)).end(await answer.text());
  };
  const server = createServer((request, response) => {
    // As a subgraph that is not there yet.
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(target).pathname}`,
    entityRequests: () => count,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
