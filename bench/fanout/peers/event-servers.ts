/** The peers without a federation: bare `ws`, the same batched, and stock graphql-ws. Each is events-server/process.ts with another kind. */
import { fileURLToPath } from 'node:url';
import { probeTcp } from '#infra/stack/probes.ts';
import type { ServerStarter } from '../../start-server.ts';
import { startServer } from '../../start-server.ts';
import { followDocument } from '../event.ts';
import type { EventServerKind } from './events-server/process.ts';
import { postOrders } from './orders.ts';
import type { Peer, RunningPeer } from './peer.ts';

const script = fileURLToPath(import.meta.resolve('./events-server/process.ts'));

const descriptions: Record<EventServerKind, string> = {
  ws: 'bare `ws` server: one prepared text, one write for each event and socket',
  'ws-batched':
    'the same, all events that come together (up to 64) in one write for each socket: the upper bound',
  'graphql-ws': 'stock graphql-ws server, events of its own process, one execution for each subscriber',
};

/** Not started. */
export function createEventServerPeer(kind: EventServerKind, starter: ServerStarter): Peer {
  return { name: kind, description: descriptions[kind], start: (count) => start(kind, starter, count) };
}

async function start(kind: EventServerKind, starter: ServerStarter, count: number): Promise<RunningPeer> {
  const server = await startServer(starter, {
    name: kind,
    hasOwnCore: true,
    args: (port) => [script, kind, String(port)],
    environment: () => ({ ...process.env, NODE_ENV: 'production' }),
    isReady: probeTcp,
  });
  const conversations = Array.from({ length: count }, (_, n) => String(n));
  const isGraphQL = kind === 'graphql-ws';
  return {
    server,
    backendPids: () => ({}),
    audience: {
      port: server.port,
      paths: conversations.map((id) => `/${id}`),
      subscribePayloads: isGraphQL
        ? conversations.map((conversationId) => ({ query: followDocument, variables: { conversationId } }))
        : [],
      initPayloads: isGraphQL ? [{}] : [],
    },
    publish: (orders) => postOrders(server.port, orders),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
