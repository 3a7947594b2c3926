/** Bundles the explorer with Vite into web/explorer/dist, which the gateway serves. Called by infra/stack while the rest starts, or by hand: `node web/explorer/build.ts`. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');
const lockFile = join(folder, '../../package-lock.json');

/** Builds when something it is made of is newer than the last build; `logLine` hears what is done. */
export async function buildExplorer(logLine: (line: string) => void): Promise<void> {
  if (await isFresh()) return;
  const startedAt = performance.now();
  logLine('Building the explorer ...');
  const { build } = await import('vite');
  const fresh = `${dist}-${process.pid}`;
  await build({
    root: folder,
    configFile: false,
    base: './',
    logLevel: 'error',
    build: { outDir: fresh, emptyOutDir: true, chunkSizeWarningLimit: 10_000 },
  });
  // Swapped in whole: a build that is broken off leaves the last one in place.
  await rm(dist, { recursive: true, force: true });
  await rename(fresh, dist);
  logLine(`  Explorer built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function isFresh(): Promise<boolean> {
  const built = await readModifiedAt(join(dist, 'index.html'));
  if (built === null) return false;
  const names = await readdir(folder, { withFileTypes: true });
  const inputs = [...names.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name)), lockFile];
  const times = await Promise.all(inputs.map(readModifiedAt));
  return times.every((time) => time === null || time <= built);
}

async function readModifiedAt(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.mtimeMs ?? null;
}

if (import.meta.main) await buildExplorer((line) => process.stdout.write(`${line}\n`));
