/** Hive Gateway (MIT) as npm has it, fetched once per machine into the cache of downloads; no part of this project depends on it. Called by fanout/ and queries/. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '#infra/stack/run-to-end.ts';

export const hiveVersion = '2.15.1';
const packages = [
  `@graphql-hive/gateway@${hiveVersion}`,
  '@graphql-hive/router-runtime@1.4.23',
  'graphql@16.15.0',
];

/** The script of its command line. Rejects when it can't be fetched. */
export async function ensureHiveGateway(cacheDir: string, print: (line: string) => void): Promise<string> {
  const home = join(cacheDir, `hive-gateway-${hiveVersion}`);
  if (!existsSync(home)) {
    print(`Fetching Hive Gateway ${hiveVersion} (once, about 500 MB unpacked) ...`);
    mkdirSync(cacheDir, { recursive: true });
    const staging = mkdtempSync(join(cacheDir, 'hive-gateway-staging-'));
    try {
      await runToEnd('npm', [
        ...['install', '--prefix', staging, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'],
        ...packages,
      ]);
      renameSync(staging, home);
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
  return join(home, 'node_modules/@graphql-hive/gateway/dist/bin.js');
}

/** Is the gateway on this port ready to serve? */
export async function probeHive(port: number): Promise<boolean> {
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
