/** Apollo Gateway behind Apollo Server's standalone server, as its documentation sets it up, from this project's packages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeTcp } from '#infra/stack/probes.ts';
import { projectDir } from '#infra/stack/settings.ts';
import { startServer } from '../../start-server.ts';
import type { Peer } from './peer.ts';
import { toGraphQLPath } from './peer.ts';

const script = fileURLToPath(import.meta.resolve('./apollo-server/process.ts'));

/** Not started. */
export function createApolloPeer(): Peer {
  return {
    name: 'apollo',
    description: `Apollo Gateway ${readVersion('gateway')} and Apollo Server ${readVersion('server')}, standalone`,
    toPath: toGraphQLPath,
    start: (starter, { supergraphPath }) =>
      startServer(starter, {
        name: 'apollo',
        hasOwnCore: true,
        args: (port) => [script, String(port), supergraphPath],
        environment: () => ({ ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' }),
        isReady: probeTcp,
      }),
  };
}

function readVersion(name: string): string {
  const file = join(projectDir, 'node_modules/@apollo', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
