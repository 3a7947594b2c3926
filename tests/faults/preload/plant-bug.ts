/** Preloaded into every process of a fault run that plants a bug: patches the sources it names as they are loaded. See planted-bugs.ts. */
import { registerHooks } from 'node:module';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyPatches, findPlantedBug } from '../planted-bugs.ts';

const { patches } = findPlantedBug(process.env.PLANTED_BUG ?? '');
const files = new Set(patches.map(({ file }) => file));
const root = resolve(import.meta.dirname, '../../..');

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const file = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '';
    if (!files.has(file)) return loaded;
    return { ...loaded, source: applyPatches(String(loaded.source), file, patches) };
  },
});
