/** One HTTP server for the subgraphs of all suites, each at `/<suite>/<subgraph>`. Started by audit.ts. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { GraphQLRequest, StrictSubgraph } from './strict-subgraph.ts';
import { createStrictSubgraph } from './strict-subgraph.ts';
import type { Suite } from './suite.ts';

/** A request that a subgraph got, for people. */
export interface SeenRequest extends GraphQLRequest {
  /** `<suite>/<subgraph>` */
  readonly subgraph: string;
}

export interface SubgraphServer extends AsyncDisposable {
  readonly toUrl: (suite: Suite, subgraph: string) => string;
}

/** Serves on a free port until it is disposed of. */
export async function startSubgraphServer(
  suites: readonly Suite[],
  onRequest: (request: SeenRequest) => void,
): Promise<SubgraphServer> {
  const subgraphs = new Map<string, StrictSubgraph>();
  for (const suite of suites) {
    for (const [name, definition] of Object.entries(suite.subgraphs)) {
      subgraphs.set(`/${suite.name}/${name}`, createStrictSubgraph(definition));
    }
  }
  const server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing).catch((error: Error) => outgoing.writeHead(500).end(error.message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    toUrl: (suite, subgraph) => `http://127.0.0.1:${port}/${suite.name}/${subgraph}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function respond(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? '';
    const request = (await json(incoming)) as GraphQLRequest;
    onRequest({ subgraph: path.slice(1), ...request });
    const subgraph = subgraphs.get(path);
    if (subgraph === undefined) throw new Error(`no subgraph at ${path}`);
    const result = await subgraph.answer(request);
    outgoing.writeHead(result.data === undefined ? 400 : 200, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify(result));
  }
}
