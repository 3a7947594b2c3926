/**
 * Compiled operations against Apollo's executor and against one graph that has everything, on made-up supergraphs, operations and faults: equal, or different in a
 * way that differences.test.ts decides. DIFFERENTIAL_WORLDS sets another number of worlds, DIFFERENTIAL_SEED others, DIFFERENTIAL_WORLD one: a failure prints it.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { spliced } from './compare.ts';
import type { Found } from './explore.ts';

const { DIFFERENTIAL_WORLDS, DIFFERENTIAL_SEED, DIFFERENTIAL_WORLD } = process.env;
const operationsPerWorld = 150;
const worlds = DIFFERENTIAL_WORLD === undefined ? Number(DIFFERENTIAL_WORLDS ?? 35) : 1;
const firstSeed = Number(DIFFERENTIAL_WORLD ?? DIFFERENTIAL_SEED ?? 1_000);
const sharesCount = Math.min(worlds, 2);
/** Of valid operations, in the usual run. */
const casesMin = 5_000;

/** What must have been met, or the cases prove little. */
const wanted = [
  'weather fine',
  'weather errors',
  'weather down',
  'weather wrong',
  'planned by Hive',
  'planned by Apollo',
  spliced,
];

async function exploreShare(share: number): Promise<Found> {
  const all = Array.from({ length: worlds }, (_, index) => firstSeed + index);
  const seeds = all.filter((_, index) => index % sharesCount === share);
  const worker = new Worker(new URL('./explore-worker.ts', import.meta.url), {
    workerData: { seeds, operationsPerWorld },
  });
  const [found] = (await once(worker, 'message')) as [Found];
  return found;
}

test('compiled operations answer as they should, and as Apollo does where it is right', async (t) => {
  const startedAt = performance.now();
  const found = await Promise.all(Array.from({ length: sharesCount }, (_, share) => exploreShare(share)));
  const cases = found.reduce((sum, one) => sum + one.cases, 0);
  const seen = new Map<string, number>();
  for (const [what, times] of found.flatMap((one) => [...one.seen]))
    seen.set(what, (seen.get(what) ?? 0) + times);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  t.diagnostic(`${cases} cases in ${worlds} worlds from seed ${firstSeed}, ${seconds} s`);
  t.diagnostic([...seen].map(([what, times]) => `${what} ${times}`).join(', '));
  const problems = found.flatMap((one) => one.problems);
  assert.equal(problems.length, 0, `\n${problems.join('\n\n')}`);
  if (worlds * operationsPerWorld < casesMin) return;
  assert.ok(cases >= casesMin, `only ${cases} cases`);
  assert.deepEqual(
    wanted.filter((what) => !seen.has(what)),
    [],
    'never met',
  );
});
