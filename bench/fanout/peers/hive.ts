/** Hive Gateway as a peer, with the same supergraph: the other gateway in JavaScript that serves federated subscriptions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectDir } from '#infra/stack/settings.ts';
import type { Backend } from './backend.ts';
import type { Federation } from './federation.ts';
import { createGatewayPeer } from './gateway-peer.ts';
import { hiveVersion } from './hive-package.ts';
import type { Peer } from './peer.ts';
import type { ServerStarter } from './start-server.ts';
import { startServer } from './start-server.ts';

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
          ...[script, 'supergraph', writeSupergraph(starter.folder, subgraphUrls)],
          ...['--config-path', configFile, '--host', '127.0.0.1', '--port', String(port), '--fork', '1'],
          ...(planner === 'Rust' ? ['--hive-router-runtime'] : []),
        ],
        environment: () => ({
          ...process.env,
          NODE_ENV: 'production',
          INTERNAL_KEY: federation.gatewayEnvironment.INTERNAL_KEY,
        }),
        isReady,
      }),
  });
}

/** The supergraph with these addresses. */
function writeSupergraph(folder: string, subgraphUrls: Backend['subgraphUrls']): string {
  const sdl = readFileSync(join(projectDir, 'schema/supergraph.graphql'), 'utf8');
  const file = join(folder, 'supergraph.graphql');
  const address = /name: "(auth|chat|storage)", url: "[^"]*"/g;
  writeFileSync(
    file,
    sdl.replace(
      address,
      (_, name: keyof typeof subgraphUrls) => `name: "${name}", url: "${subgraphUrls[name]}"`,
    ),
  );
  return file;
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readiness`, {
      signal: AbortSignal.timeout(2_000),
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
