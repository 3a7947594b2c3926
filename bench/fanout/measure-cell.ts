/** One peer in one scene, once: memory of idle connections, deliveries at saturation with what they cost, latency at a moderate rate. Called by measure-fanout.ts. */
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Percentiles } from '../percentiles.ts';
import type { Peer } from './peers/peer.ts';
import type { Publisher } from './publisher.ts';
import { createPublisher } from './publisher.ts';
import type { Scene } from './scenes.ts';
import type { Subscribers } from './subscribers/subscribers.ts';
import type { Pids } from './usage.ts';
import { divideUsed, readCpu, readResidentKb } from './usage.ts';

export interface Measurement {
  readonly deliveriesPerSecond: number;
  /** Microseconds of CPU time for each delivery, by process. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Busy share of a core, by process. */
  readonly cores: Readonly<Record<string, number>>;
  /** Milliseconds from publishing to the subscriber at `pacedRate`. */
  readonly latencyMs: Percentiles;
  /** Resident memory of the server for each connection with one idle subscription. */
  readonly connectionKb: number;
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
const lateMs = 30_000;
const pollMs = 100;

/** Rejects when a subscriber fails, or when not everybody gets every event exactly once. */
export async function measureCell({ peer, scene, subscribers, seconds }: CellOptions): Promise<Measurement> {
  await using server = await peer.start(scene.conversations);
  await using _audience = { [Symbol.asyncDispose]: async () => void (await subscribers.ask('close', null)) };
  await delay(idleMs);
  const residentKb = readResidentKb(server.serverPid);
  await subscribers.ask('open', { ...server.audience, subscribers: scene.subscribers });
  await delay(idleMs);
  const connectionKb = (readResidentKb(server.serverPid) - residentKb) / scene.subscribers;
  const publisher = createPublisher(server, subscribers, scene);
  publisher.saturate();
  await delay(warmUpMs);
  const pids = { server: server.serverPid, ...server.backendPids, subscribers: subscribers.pid };
  const used = await measureUse(subscribers, pids, seconds * 1_000);
  const loadAverage = loadavg()[0] ?? Number.NaN;
  await settle(publisher, subscribers);
  await subscribers.ask('startAges', null);
  await publisher.pace(pacedRate, seconds * 1_000);
  await settle(publisher, subscribers);
  const latencyMs = await subscribers.ask('takeAges', null);
  return { ...used, latencyMs, connectionKb, loadAverage };
}

async function measureUse(
  subscribers: Subscribers,
  pids: Pids,
  ms: number,
): Promise<Pick<Measurement, 'deliveriesPerSecond' | 'cpuUs' | 'cores'>> {
  const before = await subscribers.ask('count', null);
  const cpuBefore = readCpu(pids);
  await delay(ms);
  const after = await subscribers.ask('count', null);
  const cpuAfter = readCpu(pids);
  const deliveries = after.deliveries - before.deliveries;
  const tookMs = after.atMs - before.atMs;
  return {
    deliveriesPerSecond: (deliveries * 1_000) / tookMs,
    cpuUs: divideUsed(cpuBefore, cpuAfter, deliveries / 1_000),
    cores: divideUsed(cpuBefore, cpuAfter, tookMs),
  };
}

/** Waits for what is under way. */
async function settle(publisher: Publisher, subscribers: Subscribers): Promise<void> {
  await publisher.end();
  const giveUpAt = performance.now() + lateMs;
  for (;;) {
    const { missing, surplus } = await subscribers.ask('compare', publisher.published);
    const failure = subscribers.failure();
    if (failure !== null) throw new Error(failure);
    if (missing === 0 && surplus === 0) return;
    if (surplus > 0 || performance.now() > giveUpAt)
      throw new Error(`${missing} deliveries are missing and ${surplus} came twice`);
    await delay(pollMs);
  }
}
