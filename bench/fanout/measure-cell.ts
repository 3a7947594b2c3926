/** One peer in one scene, once: memory of idle connections, deliveries at saturation with what they cost, latency at a moderate rate. Called by measure-fanout.ts. */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { readLiveHeapKb } from '../live-heap.ts';
import type { Percentiles } from '../percentiles.ts';
import { divideUsed, readCpu, readResidentKb, readWaitMs } from '../usage.ts';
import type { Peer, RunningPeer } from './peers/peer.ts';
import type { Publisher } from './publisher.ts';
import { createPublisher } from './publisher.ts';
import type { Scene } from './scenes.ts';
import type { Subscribers } from './subscribers/subscribers.ts';

export interface Measurement {
  readonly deliveriesPerSecond: number;
  /** Microseconds of CPU time for each delivery, by process. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Busy share of a core, by process. */
  readonly cores: Readonly<Record<string, number>>;
  /** Share of the time for which the server could have run, but others had its core. */
  readonly serverWait: number;
  /** Milliseconds from publishing to the subscriber at `pacedRate`. */
  readonly latencyMs: Percentiles;
  /** Resident memory of the server for each connection with one idle subscription, the garbage of opening it included. */
  readonly connectionKb: number;
  /** Of it, what is left after a garbage collection: objects and buffers. */
  readonly connectionLiveKb: number;
  readonly loadAverage: number;
}

export interface CellOptions {
  readonly peer: Peer;
  readonly scene: Scene;
  readonly subscribers: Subscribers;
  readonly seconds: number;
}

/** Deliveries a second, all subscribers together, at which latency is measured: what every peer can do. */
export const pacedRate = 2_000;
const warmUpMs = 2_000;
const idleMs = 2_000;
/** What has not come by then is lost. */
const silenceMs = 20_000;
const pollMs = 100;

/** Rejects when a subscriber fails, or when not everybody gets every event exactly once. */
export async function measureCell({ peer, scene, subscribers, seconds }: CellOptions): Promise<Measurement> {
  await using server = await peer.start(scene.conversations);
  await using _audience = { [Symbol.asyncDispose]: async () => void (await subscribers.ask('close', null)) };
  await delay(idleMs);
  const idleLiveKb = await readLiveHeapKb(server.server);
  const idleKb = readResidentKb(server.server.pid);
  await subscribers.ask('open', { ...server.audience, subscribers: scene.subscribers });
  await delay(idleMs);
  // In this order: the collection gives memory back.
  const connectionKb = (readResidentKb(server.server.pid) - idleKb) / scene.subscribers;
  const connectionLiveKb = ((await readLiveHeapKb(server.server)) - idleLiveKb) / scene.subscribers;
  using publisher = createPublisher(server, subscribers, scene);
  publisher.saturate();
  await delay(warmUpMs);
  const used = await measureUse(server, subscribers, seconds * 1_000);
  const loadAverage = loadavg()[0] ?? Number.NaN;
  await settle(publisher, subscribers);
  await subscribers.ask('startAges', null);
  await publisher.pace(pacedRate, seconds * 1_000);
  await settle(publisher, subscribers);
  const latencyMs = await subscribers.ask('takeAges', null);
  return { ...used, latencyMs, connectionKb, connectionLiveKb, loadAverage };
}

async function measureUse(
  server: RunningPeer,
  subscribers: Subscribers,
  ms: number,
): Promise<Pick<Measurement, 'deliveriesPerSecond' | 'cpuUs' | 'cores' | 'serverWait'>> {
  const pids = {
    server: [server.server.pid],
    ...server.backendPids(),
    benchmark: [process.pid],
    subscribers: [subscribers.pid],
  };
  const read = async () => ({
    ...(await subscribers.ask('count', null)),
    cpu: readCpu(pids),
    waitMs: readWaitMs(server.server.pid),
  });
  const before = await read();
  await delay(ms);
  const after = await read();
  const deliveries = after.deliveries - before.deliveries;
  const tookMs = after.atMs - before.atMs;
  return {
    deliveriesPerSecond: (deliveries * 1_000) / tookMs,
    cpuUs: divideUsed(before.cpu, after.cpu, deliveries / 1_000),
    cores: divideUsed(before.cpu, after.cpu, tookMs),
    serverWait: (after.waitMs - before.waitMs) / tookMs,
  };
}

/** Waits for what is under way, as long as it goes on coming. */
async function settle(publisher: Publisher, subscribers: Subscribers): Promise<void> {
  await publisher.end();
  let least = Number.POSITIVE_INFINITY;
  let giveUpAt = 0;
  for (;;) {
    const { missing, surplus } = await subscribers.ask('compare', publisher.published);
    const failure = subscribers.failure();
    if (failure !== null) throw new Error(failure);
    if (missing === 0 && surplus === 0) return;
    if (missing < least) giveUpAt = performance.now() + silenceMs;
    least = missing;
    if (surplus > 0 || performance.now() > giveUpAt)
      throw new Error(`${missing} deliveries are missing and ${surplus} came twice`);
    await delay(pollMs);
  }
}
