/**
 * The real core of SEND, PERSIST and LIVE in a simulated world: 20,000 schedules of traffic, crashes and lost requests, each judged.
 * SIMULATION_RUNS sets another number, SIMULATION_SEED other schedules, SIMULATION_PATH one of them: a failure prints both.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import type { Share, ShareResult } from './explore-worker.ts';
import type { History } from './history.ts';
import { productionParts } from './parts.ts';
import { schedules } from './schedule.ts';
import { simulate } from './world.ts';

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

test('a schedule goes the same way each time', async () => {
  for (const schedule of fc.sample(schedules, { numRuns: 30, seed: 1 })) {
    const first = trace(await simulate(schedule, productionParts));
    assert.deepEqual(trace(await simulate(schedule, productionParts)), first);
  }
});

/** What everybody was told, and when. Ids of commands are new each time. */
function trace({ attempts, readers }: History): unknown {
  const seen = readers.flatMap(({ sessions }) => sessions).flatMap(({ arrivals }) => arrivals);
  return {
    answers: attempts.map(({ startedTick, answer, answeredTick }) => ({ startedTick, answer, answeredTick })),
    arrivals: seen.map(({ atMs, item }) => ({
      atMs,
      item: item.kind === 'event' ? item.event.logSeq : item,
    })),
  };
}
