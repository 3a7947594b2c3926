/** A gateway as a peer: in front of MessageMe's federation, or alone, in front of plain subgraphs. Used by messageme.ts and hive.ts. */

import type { Server, ServerStarter } from '../../start-server.ts';
import type { Backend } from './backend.ts';
import type { Federation } from './federation.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { startPlainBackend } from './plain-backend.ts';

/** What is behind a gateway. */
export type Place = keyof typeof places;

const places = {
  federation: "in front of MessageMe's federation",
  alone: 'alone, in front of two plain subgraphs',
  multicast: "alone, in front of two plain subgraphs that speak MessageMe's multicast",
} as const;

export interface GatewayOptions {
  readonly name: string;
  readonly description: string;
  readonly place: Place;
  readonly federation: Federation;
  readonly starter: ServerStarter;
  /** A process that has served nobody yet. */
  readonly startGateway: (subgraphUrls: Backend['subgraphUrls']) => Promise<Server>;
}

/** Not started. */
export function createGatewayPeer(options: GatewayOptions): Peer {
  const { name, description, place } = options;
  return {
    name,
    description: `${description}, ${places[place]}`,
    start: (conversations) => start(options, conversations),
  };
}

async function start(
  { place, federation, starter, startGateway }: GatewayOptions,
  conversations: number,
): Promise<RunningPeer> {
  await using started = new AsyncDisposableStack();
  const backend = started.use(
    place === 'federation'
      ? federation.backend
      : await startPlainBackend(starter, {
          conversationIds: federation.conversationIds,
          isMulticast: place === 'multicast',
        }),
  );
  const gateway = started.use(await startGateway(backend.subgraphUrls));
  const owned = started.move();
  return {
    audience: federation.createAudience(gateway.port, conversations),
    server: gateway,
    backendPids: backend.pids,
    publish: backend.publish,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
