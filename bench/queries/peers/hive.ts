/** Hive Gateway as a peer, with its planner in JavaScript or the one in Rust. */
import { hiveVersion, probeHive } from '../../hive-package.ts';
import { startServer } from '../../start-server.ts';
import type { Peer } from './peer.ts';
import { toGraphQLPath } from './peer.ts';

const planners = {
  hive: { title: 'JavaScript', flags: [] },
  'hive-rust': { title: 'Rust', flags: ['--hive-router-runtime'] },
} as const;

/** Not started. `script` is that of its command line. */
export function createHivePeer(name: keyof typeof planners, script: string): Peer {
  const { title, flags } = planners[name];
  return {
    name,
    description: `Hive Gateway ${hiveVersion} with its ${title} planner`,
    toPath: toGraphQLPath,
    start: (starter, { supergraphPath }) =>
      startServer(starter, {
        name,
        hasOwnCore: true,
        args: (port) => [
          ...[script, 'supergraph', supergraphPath],
          ...['--host', '127.0.0.1', '--port', String(port), '--fork', '1'],
          ...flags,
        ],
        environment: () => ({ ...process.env, NODE_ENV: 'production' }),
        isReady: probeHive,
      }),
  };
}
