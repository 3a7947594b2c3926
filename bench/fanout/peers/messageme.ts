/** MessageMe's gateway as a peer. */
import { join } from 'node:path';
import { probeHttp } from '#infra/stack/probes.ts';
import { projectDir } from '#infra/stack/settings.ts';
import type { ServerStarter } from '../../start-server.ts';
import { startServer } from '../../start-server.ts';
import type { Federation } from './federation.ts';
import type { Place } from './gateway-peer.ts';
import { createGatewayPeer } from './gateway-peer.ts';
import type { Peer } from './peer.ts';

const places = {
  messageme: 'federation',
  'messageme-alone': 'alone',
  'messageme-multicast': 'multicast',
} as const satisfies Record<string, Place>;

export type MessageMeName = keyof typeof places;

/** Not started. */
export function createMessageMePeer(
  name: MessageMeName,
  federation: Federation,
  starter: ServerStarter,
): Peer {
  return createGatewayPeer({
    name,
    description: "MessageMe's gateway",
    place: places[name],
    federation,
    starter,
    startGateway: ({ auth, chat, storage }) =>
      startServer(starter, {
        name,
        hasOwnCore: true,
        args: () => [join(projectDir, 'gateway/main.ts')],
        environment: (port) => ({
          ...federation.gatewayEnvironment,
          PORT: String(port),
          AUTH_SUBGRAPH_URL: auth,
          CHAT_SUBGRAPH_URL: chat,
          STORAGE_SUBGRAPH_URL: storage,
        }),
        isReady: probeHttp,
      }),
  });
}
