/** Hive Gateway as a peer, with the same supergraph: the other gateway in JavaScript that serves federated subscriptions. */
import { fileURLToPath } from 'node:url';
import { writeChatSupergraph } from '../../chat-supergraph.ts';
import { hiveVersion, probeHive } from '../../hive-package.ts';
import type { ServerStarter } from '../../start-server.ts';
import { startServer } from '../../start-server.ts';
import type { Federation } from './federation.ts';
import { createGatewayPeer } from './gateway-peer.ts';
import type { Peer } from './peer.ts';

const configFile = fileURLToPath(import.meta.resolve('./hive-config.ts'));

export type HiveName = 'hive' | 'hive-rust' | 'hive-alone' | 'hive-rust-alone';

export interface HiveOptions {
  readonly name: HiveName;
  /** The script of its command line. */
  readonly script: string;
  readonly federation: Federation;
}

/** Not started. */
export function createHivePeer({ name, script, federation }: HiveOptions, starter: ServerStarter): Peer {
  const planner = name.startsWith('hive-rust') ? 'Rust' : 'JavaScript';
  return createGatewayPeer({
    name,
    description: `Hive Gateway ${hiveVersion} with its ${planner} planner`,
    place: name.endsWith('-alone') ? 'alone' : 'federation',
    federation,
    starter,
    startGateway: (subgraphUrls) =>
      startServer(starter, {
        name,
        hasOwnCore: true,
        args: (port) => [
          ...[script, 'supergraph', writeChatSupergraph(starter.folder, subgraphUrls)],
          ...['--config-path', configFile, '--host', '127.0.0.1', '--port', String(port), '--fork', '1'],
          ...(planner === 'Rust' ? ['--hive-router-runtime'] : []),
        ],
        environment: () => ({
          ...process.env,
          NODE_ENV: 'production',
          INTERNAL_KEY: federation.gatewayEnvironment.INTERNAL_KEY,
        }),
        isReady: probeHive,
      }),
  });
}
