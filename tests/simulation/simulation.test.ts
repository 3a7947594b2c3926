/**
 * The real core of SEND, PERSIST and LIVE in a simulated world: 20,000 schedules of traffic, crashes and lost requests, each judged.
 * SIMULATION_RUNS sets another number, SIMULATION_SEED other schedules, SIMULATION_PATH one of them: a failure prints both.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Share, ShareResult } from './explore-worker.ts';

const { SIMULATION_RUNS, SIMULATION_SEED, SIMULATION_PATH } = process.env;
const path = SIMULATION_PATH ?? null;
const runs = path === null ? Number(SIMULATION_RUNS ?? 20_000) : 1;
const seed = Number(SIMULATION_SEED ?? Date.now() % 2 ** 31);
const sharesCount = path === null ? 2 : 1;
/** In fewer schedules the rarest thing may not happen. */
const reachRunsMin = 5_000;

/** What must have been met, or the schedules prove little. */
const wanted = [
  ...['stored', 'replayed', 'accepted', 'conflict', 'notAMember', 'refused', 'unknown'],
  ...['caughtUp', 'event', 'LOG_REPLACED', 'CURSOR_EXPIRED'],
  ...['CONNECTION_LOST', 'FORBIDDEN', 'SERVICE_UNAVAILABLE'],
  'fenced',
];

async function exploreShare(share: Share): Promise<ShareResult> {
  const worker = new Worker(new URL('./explore-worker.ts', import.meta.url), { workerData: share });
  const [result] = (await once(worker, 'message')) as [ShareResult];
  return result;
}

test('whatever happens, everything that was promised is kept', async (t) => {
  const startedAt = performance.now();
  const shares = Array.from({ length: sharesCount }, (_, index) => ({
    seed: seed + index,
    path,
    runs: Math.ceil(runs / sharesCount),
  }));
  const results = await Promise.all(shares.map(exploreShare));
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  const ran = results.reduce((sum, result) => sum + result.runs, 0);
  const met = new Map<string, number>();
  for (const [what, times] of results.flatMap((result) => [...result.met])) {
    met.set(what, (met.get(what) ?? 0) + times);
  }
  t.diagnostic(
    `${ran} of ${runs} schedules, seeds ${shares.map((share) => share.seed).join(' and ')}, ${seconds} s`,
  );
  t.diagnostic([...met].map(([what, times]) => `${what} ${times}`).join(', '));
  for (const { problem } of results) if (problem !== null) assert.fail(problem);
  if (ran < reachRunsMin) return;
  const unmet = wanted.filter((what) => !met.has(what));
  assert.deepEqual(unmet, [], 'never met');
});
