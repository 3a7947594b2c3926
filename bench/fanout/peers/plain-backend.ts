/** Two subgraphs that do as little as subgraphs can, so that what is measured is the gateway: plain-subgraphs/process.ts. */
import { fileURLToPath } from 'node:url';
import { probeTcp } from '#infra/stack/probes.ts';
import { multicastProtocol } from '#platform/subgraph/multicast.ts';
import type { ServerStarter } from '../../start-server.ts';
import { startServer } from '../../start-server.ts';
import type { Backend } from './backend.ts';
import { postOrders } from './orders.ts';

const script = fileURLToPath(import.meta.resolve('./plain-subgraphs/process.ts'));

export interface PlainOptions {
  readonly conversationIds: readonly string[];
  /** Speaks with those who ask for it as MessageMe's own subgraphs do, and not plain graphql-transport-ws only. */
  readonly isMulticast: boolean;
}

/** Knows these conversations. */
export async function startPlainBackend(
  starter: ServerStarter,
  { conversationIds, isMulticast }: PlainOptions,
): Promise<Backend> {
  const protocols = [...(isMulticast ? [multicastProtocol] : []), 'graphql-transport-ws'];
  const server = await startServer(starter, {
    name: 'plain-subgraphs',
    hasOwnCore: false,
    args: (port) => [script, String(port), protocols.join(','), ...conversationIds],
    environment: () => ({ ...process.env, NODE_ENV: 'production' }),
    isReady: probeTcp,
  });
  const url = `http://127.0.0.1:${server.port}/graphql`;
  return {
    subgraphUrls: { auth: url, chat: url, storage: url },
    pids: () => ({ 'plain subgraphs': [server.pid] }),
    publish: (orders) => postOrders(server.port, orders),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
