/**
 * PERSIST 1/3 while copies come and go: every command is applied once, and most of the time goes into applying. Calm and storm are measured in one run
 * under the same load, far below what two copies can do, so that the machine's speed is in neither side of the comparison.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './broker.ts';
import { createWorld } from './ingest-world.ts';

const partitions = 6;
const commandsPerTick = 3;
const tickMs = 25;
const windowMs = 18_000;
const stayMs = 2_000;
/** A command that waits longer counts as one that was not served: what is made up for later must not hide a standstill. */
const promptMs = 1_000;

type World = Awaited<ReturnType<typeof createWorld>>;

interface Load extends AsyncDisposable {
  /** When each command was sent, by its number. */
  readonly sentAt: readonly number[];
}

function startLoad(world: World): Load {
  const sentAt: number[] = [];
  const sends: Promise<void>[] = [];
  const timer = setInterval(() => {
    const from = sentAt.length;
    for (let count = 0; count < commandsPerTick; count++) sentAt.push(performance.now());
    sends.push(world.sendCommands(from, commandsPerTick));
  }, tickMs);
  return {
    sentAt,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await Promise.all(sends);
    },
  };
}

interface Window {
  readonly from: number;
  readonly to: number;
}

async function measureWindow(work: () => Promise<void>): Promise<Window> {
  const from = performance.now();
  await work();
  return { from, to: performance.now() };
}

/** What became of the commands that were sent in the window. */
function judge({ store }: World, { sentAt }: Load, { from, to }: Window) {
  const appliedAt = new Map(
    store.applied.map((value, index) => [Number(value), store.appliedAt[index] ?? 0]),
  );
  const waits = sentAt.flatMap((at, number) => {
    return at >= from && at < to ? [(appliedAt.get(number) ?? Number.POSITIVE_INFINITY) - at] : [];
  });
  waits.sort((one, other) => one - other);
  return {
    sent: waits.length,
    applied: store.appliedAt.filter((at) => at >= from && at < to).length / waits.length,
    prompt: waits.filter((ms) => ms < promptMs).length / waits.length,
    medianMs: Math.round(waits[Math.floor(waits.length / 2)] ?? 0),
    longestMs: Math.round(waits.at(-1) ?? 0),
  };
}

test('copies that come and go every 2 s: nothing skipped or applied twice, and at least half as much as in calm', async (t) => {
  await using world = await createWorld('storm', partitions);
  world.startIngest();
  world.startIngest();
  let rebalances = 0;
  const load = startLoad(world);
  await until('it runs', () => world.store.applied.length > 100);

  const calm = await measureWindow(() => delay(windowMs));
  const storm = await measureWindow(async () => {
    const endAt = performance.now() + windowMs;
    while (performance.now() < endAt) {
      await using _visitor = world.startIngest();
      rebalances += 2;
      await delay(stayMs);
    }
  });
  await load[Symbol.asyncDispose]();
  await world.assertComplete(load.sentAt.length);

  const before = judge(world, load, calm);
  const during = judge(world, load, storm);
  t.diagnostic(`calm: ${JSON.stringify(before)}`);
  t.diagnostic(`storm, ${rebalances} rebalances: ${JSON.stringify(during)}`);
  assert.ok(during.applied >= before.applied / 2, 'less than half of the commands were applied in time');
  assert.ok(during.prompt >= before.prompt / 2, 'more than half of the commands had to wait');
});
