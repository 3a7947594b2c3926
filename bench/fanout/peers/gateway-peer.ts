/** A gateway as a peer: in front of MessageMe's federation, or alone in front of plain subgraphs. Used by messageme.ts and hive.ts. */
import type { Backend } from './backend.ts';
import type { Federation } from './federation.ts';
import type { Peer, RunningPeer } from './peer.ts';
import { startPlainBackend } from './plain-backend.ts';
import type { Server, ServerStarter } from './start-server.ts';

export interface GatewayOptions {
  readonly name: string;
  readonly description: string;
  readonly isAlone: boolean;
  readonly federation: Federation;
  readonly starter: ServerStarter;
  /** A process that has served nobody yet. */
  readonly startGateway: (subgraphUrls: Backend['subgraphUrls']) => Promise<Server>;
}

/** Not started. */
export function createGatewayPeer(options: GatewayOptions): Peer {
  const { name, description, isAlone } = options;
  const place = isAlone ? 'alone, in front of two plain subgraphs' : "in front of MessageMe's federation";
  return {
    name,
    description: `${description}, ${place}`,
    start: (conversations) => start(options, conversations),
  };
}

async function start(
  { isAlone, federation, starter, startGateway }: GatewayOptions,
  conversations: number,
): Promise<RunningPeer> {
  await using started = new AsyncDisposableStack();
  const backend = started.use(
    isAlone ? await startPlainBackend(starter, federation.conversationIds) : federation.backend,
  );
  const gateway = started.use(await startGateway(backend.subgraphUrls));
  const owned = started.move();
  return {
    audience: federation.createAudience(gateway.port, conversations),
    serverPid: gateway.pid,
    backendPids: backend.pids,
    publish: backend.publish,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
