/**
 * `npm run bench -- fanout`: one event to many subscribers, MessageMe side by side with its peers. Rounds go through all scenes and peers in turns, so that
 * what else the machine does meets them alike. Called by bench/run.ts, calls measure-cell.ts for each cell and report.ts at the end.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '#infra/stack/settings.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { ensureHiveGateway } from '../hive-package.ts';
import { leaveServerCore } from '../placement.ts';
import type { ServerStarter } from '../start-server.ts';
import type { Measurement } from './measure-cell.ts';
import { measureCell } from './measure-cell.ts';
import { createEventServerPeer } from './peers/event-servers.ts';
import type { EventServerKind } from './peers/events-server/process.ts';
import { startFederation } from './peers/federation.ts';
import { createHivePeer } from './peers/hive.ts';
import { createMessageMePeer } from './peers/messageme.ts';
import type { Peer } from './peers/peer.ts';
import type { Scene } from './scenes.ts';
import { describeScene } from './scenes.ts';
import { startSubscribers } from './subscribers/subscribers.ts';

export interface FanoutOptions {
  readonly scenes: readonly Scene[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly peers: readonly PeerName[];
  readonly print: (line: string) => void;
}

export interface Cell {
  readonly scene: Scene;
  readonly peer: Peer;
  readonly rounds: readonly Measurement[];
  /** Why rounds have failed. */
  readonly failures: readonly string[];
}

export interface FanoutResult {
  readonly isPinned: boolean;
  readonly cells: readonly Cell[];
}

export const peerNames = [
  ...(['ws', 'ws-batched', 'graphql-ws'] as const satisfies readonly EventServerKind[]),
  ...(['messageme', 'hive', 'hive-rust'] as const),
  ...(['messageme-multicast', 'messageme-alone', 'hive-alone', 'hive-rust-alone'] as const),
] as const;
export type PeerName = (typeof peerNames)[number];

/** Starts what the peers need, measures everything and stops it. */
export async function measureFanout(options: FanoutOptions): Promise<FanoutResult> {
  const { scenes, rounds, print } = options;
  const placement = leaveServerCore();
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'messageme-fanout-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const logDir = join(folder, 'logs');
  mkdirSync(logDir);
  const supervisor = started.use(
    createSupervisor({ runRoot: join(folder, 'run'), logDir, verbose: false, print }),
  );
  const subscribers = started.use(startSubscribers());
  const peers = await createPeers(options, { supervisor, placement, folder }, started);
  const cells = scenes.flatMap((scene) =>
    peers.map((peer) => ({ scene, peer, rounds: [] as Measurement[], failures: [] as string[] })),
  );
  for (let round = 1; round <= rounds; round += 1) {
    for (const { scene, peer, ...results } of cells) {
      print(`round ${round}/${rounds}  ${describeScene(scene)}  ${peer.name} ...`);
      try {
        const measured = await measureCell({ peer, scene, subscribers, seconds: options.seconds });
        results.rounds.push(measured);
        print(`  ${describeMeasurement(measured)}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        results.failures.push(reason);
        print(`  FAILED: ${reason}`);
      }
    }
  }
  return { isPinned: placement.isPinned, cells };
}

async function createPeers(
  { peers, scenes, print }: FanoutOptions,
  starter: ServerStarter,
  started: AsyncDisposableStack,
): Promise<Peer[]> {
  const hasHive = peers.some((name) => name.startsWith('hive'));
  const script = hasHive ? await ensureHiveGateway(readSettings(process.env).cacheDir, print) : '';
  const conversations = Math.max(...scenes.map((scene) => scene.conversations));
  const isFederated = hasHive || peers.some((name) => name.startsWith('messageme'));
  const federation = isFederated ? started.use(await startFederation(conversations, print)) : null;
  return peers.map((name) => {
    if (name === 'ws' || name === 'ws-batched' || name === 'graphql-ws')
      return createEventServerPeer(name, starter);
    if (federation === null) throw new Error(`${name} stands in front of a federation`);
    if (name === 'messageme' || name === 'messageme-alone' || name === 'messageme-multicast')
      return createMessageMePeer(name, federation, starter);
    return createHivePeer({ name, script, federation }, starter);
  });
}

function describeMeasurement({ deliveriesPerSecond, cpuUs, cores, latencyMs }: Measurement): string {
  const perSecond = Math.round(deliveriesPerSecond).toLocaleString('en');
  const share = (name: string) => `${Math.round((cores[name] ?? 0) * 100)} %`;
  return [
    `${perSecond} deliveries/s, ${cpuUs.server?.toFixed(1)} us each`,
    `server at ${share('server')}, subscribers at ${share('subscribers')}`,
    `p99 ${latencyMs.p99} ms`,
  ].join(', ');
}
