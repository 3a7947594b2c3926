/** Makes the peers that were asked for and what they stand on: Hive's package, Kafka. Used by measure-queries.ts and planning/. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '#infra/stack/settings.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { ensureHiveGateway } from '../hive-package.ts';
import { leaveServerCore } from '../placement.ts';
import type { ServerStarter } from '../start-server.ts';
import { createApolloPeer } from './peers/apollo.ts';
import type { AnswersByScene } from './peers/echo.ts';
import { createEchoPeer } from './peers/echo.ts';
import { createHivePeer } from './peers/hive.ts';
import { createMessageMePeer, startGatewayKafka } from './peers/messageme.ts';
import type { Peer, PeerName } from './peers/peer.ts';

export interface PeersOptions {
  readonly names: readonly PeerName[];
  /** For the echo. */
  readonly answersByScene: AnswersByScene;
  readonly print: (line: string) => void;
}

/** A folder and a supervisor for servers; both end with `started`. This process leaves the servers' core. */
export function createStarter(started: AsyncDisposableStack, print: (line: string) => void): ServerStarter {
  const placement = leaveServerCore();
  const folder = mkdtempSync(join(tmpdir(), 'messageme-queries-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const logDir = join(folder, 'logs');
  mkdirSync(logDir);
  const supervisor = started.use(
    createSupervisor({ runRoot: join(folder, 'run'), logDir, verbose: false, print }),
  );
  return { supervisor, placement, folder };
}

/** None is started. */
export async function createPeers(
  starter: ServerStarter,
  { names, answersByScene, print }: PeersOptions,
): Promise<Peer[]> {
  const has = (prefix: string) => names.some((name) => name.startsWith(prefix));
  const script = has('hive') ? await ensureHiveGateway(readSettings(process.env).cacheDir, print) : '';
  const kafkaBrokers = has('messageme') ? await startGatewayKafka(starter, print) : '';
  return names.map((name) => createPeer(name, { answersByScene, script, kafkaBrokers }));
}

interface Parts {
  readonly answersByScene: AnswersByScene;
  /** Of Hive's command line. */
  readonly script: string;
  readonly kafkaBrokers: string;
}

function createPeer(name: PeerName, { answersByScene, script, kafkaBrokers }: Parts): Peer {
  switch (name) {
    case 'echo':
      return createEchoPeer(answersByScene);
    case 'messageme':
    case 'messageme-cached':
      return createMessageMePeer(name, kafkaBrokers);
    case 'apollo':
      return createApolloPeer();
    case 'hive':
    case 'hive-rust':
      return createHivePeer(name, script);
  }
}
