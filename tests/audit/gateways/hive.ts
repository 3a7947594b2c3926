/** Hive Gateway from npm, installed on demand into the cache, with its JavaScript planner or the one in Rust. Called by run.ts. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runToEnd } from '#infra/stack/run-to-end.ts';
import { readSettings } from '#infra/stack/settings.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import type { GatewayOptions, StartableGateway } from './gateway.ts';

const version = '2.15.1';
const runtimeVersion = '1.4.23';
const packages = [
  `@graphql-hive/gateway@${version}`,
  `@graphql-hive/router-runtime@${runtimeVersion}`,
  'graphql@16.15.0',
];
const planners = {
  JavaScript: 'JavaScript planner',
  Rust: `Rust planner (router-runtime ${runtimeVersion})`,
};
const probeMs = 2_000;

export interface HiveOptions extends GatewayOptions {
  readonly planner: 'JavaScript' | 'Rust';
}

/** Subscribes at subgraphs over WebSocket, and passes the authorization on, by its own settings for both. */
export function createHive(options: HiveOptions): StartableGateway {
  const authorization = { first: 'Bearer audit-first', second: 'Bearer audit-second' };
  return {
    title: `Hive Gateway ${version}, ${planners[options.planner]}`,
    authorization,
    start: async (supergraphPath) => {
      const home = await ensureInstalled(options.print);
      const [port] = await findFreePorts(1);
      const logDir = join(options.folder, 'logs');
      mkdirSync(logDir, { recursive: true });
      const configPath = join(options.folder, 'gateway.config.mjs');
      writeFileSync(configPath, settings);
      await using started = new AsyncDisposableStack();
      const supervisor = started.use(
        createSupervisor({
          runRoot: join(options.folder, 'run'),
          logDir,
          verbose: false,
          print: options.print,
        }),
      );
      const program = supervisor.run({
        name: 'hive-gateway',
        tier: 0,
        command: process.execPath,
        args: [
          join(home, 'node_modules/@graphql-hive/gateway/dist/bin.js'),
          'supergraph',
          supergraphPath,
          ...['--config-path', configPath, '--host', '127.0.0.1', '--port', String(port)],
          ...(options.planner === 'Rust' ? ['--hive-router-runtime'] : []),
        ],
        cwd: home,
        env: { ...process.env, NODE_ENV: 'production' },
        stopSignal: 'SIGTERM',
        ports: new Map([['--port', port]]),
        isReady: () => probe(`http://127.0.0.1:${port}/readiness`),
        toNotice: () => null,
      });
      await program.ready;
      const owned = started.move();
      const address = `127.0.0.1:${port}/graphql`;
      return {
        target: {
          url: `http://${address}`,
          wsUrl: `ws://${address}`,
          authorization,
          reload: null,
          pid: () => program.pid(),
        },
        [Symbol.asyncDispose]: () => owned.disposeAsync(),
      };
    },
  };
}

const settings = `export const gatewayConfig = {
  transportEntries: {
    '*.http': {
      options: {
        subscriptions: {
          kind: 'ws',
          location: '/graphql',
          options: { connectionParams: { authorization: '{context.headers.authorization}' } },
        },
      },
    },
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
};
`;

/** Installs beside the place and moves there, so that a broken-off install leaves nothing half done. */
async function ensureInstalled(print: (line: string) => void): Promise<string> {
  const { cacheDir } = readSettings(process.env);
  const home = join(cacheDir, `hive-gateway-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(dirname(home), { recursive: true });
  print(`Installing Hive Gateway ${version} (once) ...`);
  const staging = mkdtempSync(`${home}-staging-`);
  try {
    await runToEnd('npm', [
      'install',
      '--prefix',
      staging,
      '--no-save',
      '--no-audit',
      '--no-fund',
      ...packages,
    ]);
    renameSync(staging, home);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return home;
}

async function probe(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(probeMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
