/** Copies of a subgraph that answer, fail or keep silent as the tests of the gateway's transport say. Used by subgraph-transport.test.ts and its neighbours. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { findFreePorts } from '../harness/free-ports.ts';

export interface AskedOf {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SubgraphCopy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What has come so far, probes included. */
  readonly requests: readonly AskedOf[];
  /** How it answers from now on. */
  answer: Answer;
}

type Answer = (asked: AskedOf, response: ServerResponse) => void;

/** A result without anything special. */
export const answerWell: Answer = (_asked, response) => {
  response.setHeader('content-type', 'application/json').end('{"data":{"ok":true}}');
};

/** As a proxy answers whose backend is gone. */
export const answerBadGateway: Answer = (_asked, response) => {
  response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
};

/** Closes the connection without an answer. */
export const reset: Answer = (_asked, response) => {
  response.destroy();
};

/** Takes the request and says nothing. */
export const keepSilent: Answer = () => undefined;

/** Answers well until it is told otherwise. `port` 0: any. */
export async function startCopy(port = 0): Promise<SubgraphCopy> {
  const requests: AskedOf[] = [];
  const copy: { answer: Answer } = { answer: answerWell };
  const server = createServer((request, response) => {
    void take(request).then((asked) => {
      requests.push(asked);
      copy.answer(asked, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return Object.assign(copy, {
    requests,
    port: address.port,
    url: `http://127.0.0.1:${address.port}/graphql`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function take(request: IncomingMessage): Promise<AskedOf> {
  return { url: request.url ?? '', headers: request.headers, body: await text(request) };
}

/** Where nobody listens. */
export async function urlOfNobody(): Promise<string> {
  const [port] = await findFreePorts(1);
  return `http://127.0.0.1:${port}/graphql`;
}
