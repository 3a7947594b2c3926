/** Hive Gateway in front of MessageMe's subgraphs, with the same supergraph: the other gateway in JavaScript that serves federated subscriptions. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectDir } from '#infra/stack/settings.ts';
import type { Network } from '#tests/harness/network.ts';
import type { Federation } from './federation.ts';
import { hiveVersion } from './hive-package.ts';
import type { Peer } from './peer.ts';
import type { ServerStarter } from './start-server.ts';
import { startServer } from './start-server.ts';

const configFile = fileURLToPath(import.meta.resolve('./hive-config.ts'));

const planners = { hive: 'JavaScript', 'hive-rust': 'Rust' } as const;

export interface HiveOptions {
  readonly name: keyof typeof planners;
  /** The script of its command line. */
  readonly script: string;
  readonly federation: Federation;
}

/** Not started. */
export function createHivePeer({ name, script, federation }: HiveOptions, starter: ServerStarter): Peer {
  return {
    name,
    description: `Hive Gateway ${hiveVersion}, ${planners[name]} planner, in front of the same subgraphs`,
    start: async (conversations) => {
      const { network } = federation;
      const gateway = await startServer(starter, {
        name,
        args: (port) => [
          ...[script, 'supergraph', writeSupergraph(network), '--config-path', configFile],
          ...['--host', '127.0.0.1', '--port', String(port), '--fork', '1'],
          ...(planners[name] === 'Rust' ? ['--hive-router-runtime'] : []),
        ],
        environment: () => ({
          ...process.env,
          NODE_ENV: 'production',
          INTERNAL_KEY: network.processes.get('gateway')?.environment.INTERNAL_KEY,
        }),
        cwd: dirname(script),
        isReady,
      });
      return federation.toRunningPeer(gateway, conversations);
    },
  };
}

/** The supergraph with the addresses of this network. */
function writeSupergraph({ folder, subgraphUrls }: Network): string {
  const sdl = readFileSync(join(projectDir, 'schema/supergraph.graphql'), 'utf8');
  const file = join(folder, 'supergraph.graphql');
  const replaced = sdl.replace(
    /name: "(auth|chat|storage)", url: "[^"]*"/g,
    (_, name: keyof typeof subgraphUrls) => {
      return `name: "${name}", url: "${subgraphUrls[name]}"`;
    },
  );
  writeFileSync(file, replaced);
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
