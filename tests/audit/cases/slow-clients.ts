/** A client that stops reading: what it costs the others and the gateway, and what it gets when it reads again. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditCase, Scene } from '../case.ts';
import { expect, NotApplicable } from '../case.ts';
import { describeEnd } from '../clients/result.ts';
import type { Operation } from '../clients/socket.ts';
import { spec } from '../sources.ts';
import { until } from '../until.ts';
import { describeOrder, feedAll, isDense, positionsOf } from './ticks.ts';

const paddedTicks =
  'subscription ($feed: String!) { ticked(feed: $feed) { position padding owner { name } } }';

interface Load {
  readonly count: number;
  readonly bytes: number;
}

/** 30 MB, several times what the system holds for a socket. */
const loadForDelay: Load = { count: 300, bytes: 100_000 };
/** 256 MB, much more than a garbage collector leaves lying around. */
const loadForMemory: Load = { count: 256, bytes: 1_000_000 };
const memoryGrowthMiBMax = 200;
const othersWaitMsMax = 2_000;
const settleWaitMs = 20_000;
const collectWaitMs = 1_000;

interface SlowRun {
  readonly slow: Operation;
  readonly slowestMs: number;
  readonly grownMiB: number | null;
}

/** So many events for a client that reads nothing, and for one that does. */
async function runSlowClient(scene: Scene, { count, bytes }: Load): Promise<SlowRun> {
  const padding = 'x'.repeat(bytes);
  const slowSocket = await scene.connect();
  const slow = await scene.follow(paddedTicks, { socket: slowSocket });
  const fast = (await scene.connect()).start({ query: paddedTicks, variables: { feed: scene.feed } });
  await feedAll(scene, [slow, fast], { owner: { id: 'u1' } });
  const before = residentMiB(scene);
  slowSocket.pause();
  let slowestMs = 0;
  for (let n = 0; n < count; n += 1) {
    const { length } = fast.results;
    const startedAt = performance.now();
    scene.world.feeds.publish(scene.feed, { padding, owner: { id: 'u1' } });
    await fast.result(length + 1, 10_000);
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  }
  await delay(collectWaitMs);
  const after = residentMiB(scene);
  slowSocket.resume();
  return { slow, slowestMs, grownMiB: before === null || after === null ? null : after - before };
}

/** VmRSS of the gateway; null when its process is not known. */
function residentMiB({ target }: Scene): number | null {
  const pid = target.pid?.() ?? null;
  if (pid === null || !existsSync(`/proc/${pid}/status`)) return null;
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(match?.[1] ?? 0) / 1024);
}

export const slowClientCases: readonly AuditCase[] = [
  {
    name: 'slow-client/others-do-not-wait',
    rule: 'While a client that reads nothing is sent 30 MB, an identical subscription of another gets each event in 2 s.',
    source: spec.subscription,
    isAlone: true,
    run: async (scene) => {
      const { slowestMs } = await runSlowClient(scene, loadForDelay);
      expect(slowestMs < othersWaitMsMax, `an event took ${Math.round(slowestMs)} ms`);
      return `${Math.round(slowestMs)} ms at most`;
    },
  },
  {
    name: 'slow-client/no-silent-hole',
    rule: 'A client that reads again gets all events in order, or is told by an error or a close; never a hole.',
    source: spec.responseStream,
    isAlone: true,
    run: async (scene) => {
      const { slow } = await runSlowClient(scene, loadForDelay);
      const last = scene.world.feeds.published(scene.feed);
      const isSettled = () => slow.end !== null || positionsOf(slow.results).at(-1) === last;
      await until('the slow client to have everything or an end', isSettled, settleWaitMs).catch(
        () => undefined,
      );
      const positions = positionsOf(slow.results);
      expect(isDense(positions, positions[0]), describeOrder(positions, positions[0]));
      expect(isSettled(), `stuck after ${positions.length} events`);
      return slow.end === null ? `all ${positions.length} events` : describeEnd(slow.end);
    },
  },
  {
    name: 'slow-client/bounded-memory',
    rule: 'The gateway grows by less than 200 MiB while such a client does not read 256 MB.',
    source: spec.subscription,
    isAlone: true,
    run: async (scene) => {
      if (residentMiB(scene) === null) throw new NotApplicable('the process of the gateway is not known');
      const { grownMiB } = await runSlowClient(scene, loadForMemory);
      expect((grownMiB ?? 0) < memoryGrowthMiBMax, `${grownMiB} MiB more`);
      return `${grownMiB} MiB more`;
    },
  },
];
