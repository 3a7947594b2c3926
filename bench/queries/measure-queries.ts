/**
 * `npm run bench -- queries`: the same operations at MessageMe's gateway and its peers, side by side in front of the same subgraphs. All peers are up for the
 * whole run and take turns within each round, so that what else the machine does meets them alike. Called by bench/run.ts, calls measure-cell.ts
 * for each measurement and report.ts at the end.
 */
import type { Server } from '../start-server.ts';
import { median } from '../table.ts';
import { checkAnswer, createExpectedAnswers } from './expected-answers.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import { startLoadGenerator } from './load/load-generator.ts';
import type { Measurement } from './measure-cell.ts';
import { measureCell } from './measure-cell.ts';
import type { AnswersByScene } from './peers/echo.ts';
import type { Peer, PeerName } from './peers/peer.ts';
import { createProgress } from './progress.ts';
import type { Scene, SceneName } from './scenes.ts';
import { createPeers, createStarter } from './start-peers.ts';
import { startStubBackend, writeSupergraph } from './stub-backend.ts';

export interface QueriesOptions {
  readonly scenes: readonly Scene[];
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly peers: readonly PeerName[];
  readonly print: (line: string) => void;
}

export interface Cell {
  readonly scene: Scene;
  readonly connections: number;
  readonly peer: Peer;
  /** Requests a second at equal load; null at saturation. */
  readonly rate: number | null;
  readonly rounds: readonly Measurement[];
  /** Why rounds, or requests of them, have failed. */
  readonly failures: readonly string[];
}

export interface QueriesResult {
  readonly isPinned: boolean;
  readonly cells: readonly Cell[];
}

interface StartedPeer {
  readonly peer: Peer;
  readonly server: Server;
  /** Bytes of each right answer by scene, or why there is none. */
  readonly answerBytes: ReadonlyMap<SceneName, readonly number[] | Error>;
}

interface Bench {
  readonly options: QueriesOptions;
  readonly started: readonly StartedPeer[];
  readonly backend: Server;
  readonly generator: LoadGenerator;
}

const warmUpMs = 1_000;
const checksAtATime = 8;
const seedsPerRound = 1_000;
/** Scenes and connections of equal load, and the load as a share of what the slowest of these can do. */
const paced = { scenes: ['one-fetch', 'three-fetches'], connections: 32, share: 0.6 } as const;
const pacedBy: ReadonlySet<PeerName> = new Set(['apollo', 'hive', 'hive-rust']);

/** Starts everything, checks every answer, measures everything and stops it. */
export async function measureQueries(options: QueriesOptions): Promise<QueriesResult> {
  const { scenes, peers: names, print } = options;
  await using resources = new AsyncDisposableStack();
  const starter = createStarter(resources, print);
  const generator = resources.use(startLoadGenerator());
  const backend = await startStubBackend(starter);
  const supergraph = writeSupergraph(starter.folder, backend.port);
  const answersByScene = new Map(
    scenes.map(({ name, operations }) => [name, createExpectedAnswers(supergraph.sdl, operations)]),
  );
  const place = {
    supergraphPath: supergraph.path,
    subgraphUrl: `http://127.0.0.1:${backend.port}/graphql`,
  };
  const started: StartedPeer[] = [];
  for (const peer of await createPeers(starter, { names, answersByScene, print })) {
    const server = await peer.start(starter, place);
    print(`${peer.name} is up; checking its answers ...`);
    const answerBytes = await checkPeer({ peer, server, scenes, answersByScene });
    started.push({ peer, server, answerBytes });
  }
  const bench = { options, started, backend, generator };
  const saturated = await measureRounds(
    bench,
    scenes.flatMap((scene) => options.connections.map((connections) => ({ scene, connections, rate: null }))),
  );
  const equal = await measureRounds(bench, findPacedLoads(scenes, saturated));
  return { isPinned: starter.placement.isPinned, cells: [...saturated, ...equal] };
}

interface CheckOptions {
  readonly peer: Peer;
  readonly server: Server;
  readonly scenes: readonly Scene[];
  readonly answersByScene: AnswersByScene;
}

async function checkPeer({ peer, server, scenes, answersByScene }: CheckOptions) {
  const answerBytes = new Map<SceneName, readonly number[] | Error>();
  for (const { name, operations } of scenes) {
    const bytes: number[] = [];
    const check = async (n: number) => {
      const answer = await ask(server.port, peer.toPath(name, n), operations[n] as object);
      checkAnswer(answer, answersByScene.get(name)?.[n] ?? '');
      bytes[n] = Buffer.byteLength(answer);
    };
    try {
      for (let n = 0; n < operations.length; n += checksAtATime) {
        const some = Math.min(checksAtATime, operations.length - n);
        await Promise.all(Array.from({ length: some }, (_, at) => check(n + at)));
      }
      answerBytes.set(name, bytes);
    } catch (error) {
      answerBytes.set(name, error as Error);
    }
  }
  return answerBytes;
}

async function ask(port: number, path: string, operation: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

type Load = Pick<Cell, 'scene' | 'connections' | 'rate'>;

function findPacedLoads(scenes: readonly Scene[], saturated: readonly Cell[]): Load[] {
  const references = saturated.filter(({ peer, rounds }) => pacedBy.has(peer.name) && rounds.length > 0);
  return scenes
    .filter(({ name }) => paced.scenes.some((one) => one === name))
    .flatMap((scene) => {
      const ofScene = references.filter((cell) => cell.scene === scene);
      const most = [...Map.groupBy(ofScene, ({ peer }) => peer).values()].map((cells) =>
        Math.max(...cells.map(({ rounds }) => median(rounds, (round) => round.requestsPerSecond))),
      );
      const rate = Math.floor(Math.min(...most) * paced.share);
      return Number.isFinite(rate) ? [{ scene, connections: paced.connections, rate }] : [];
    });
}

/** Every peer under every load, as many times as there are rounds. */
async function measureRounds(bench: Bench, loads: readonly Load[]): Promise<Cell[]> {
  const { options, started } = bench;
  const cells = loads.flatMap((load) =>
    started.map((one) => ({ ...load, ...one, rounds: [] as Measurement[], failures: [] as string[] })),
  );
  const progress = createProgress(cells.length * options.rounds, options.print);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const cell of cells) {
      const place = `round ${round}/${options.rounds}  ${describeLoad(cell)}  ${cell.peer.name}`;
      try {
        const { failure, ...measured } = await measureOnce(bench, { cell, round });
        cell.rounds.push(measured);
        if (failure !== null) cell.failures.push(`${measured.failures} requests, the first: ${failure}`);
        progress.tell(`${place}: ${describeMeasurement(measured)}`);
      } catch (error) {
        cell.failures.push((error as Error).message);
        progress.tell(`${place}: FAILED: ${(error as Error).message}`);
      }
    }
  }
  return cells;
}

interface Once {
  readonly cell: Load & StartedPeer;
  readonly round: number;
}

async function measureOnce({ options, backend, generator }: Bench, { cell, round }: Once) {
  const { scene, connections, rate, peer, server } = cell;
  const answerBytes = cell.answerBytes.get(scene.name) ?? [];
  if (answerBytes instanceof Error) throw answerBytes;
  const { isMissHeavy } = scene;
  const requests = scene.operations.map((operation, n) => ({
    path: peer.toPath(scene.name, n),
    body: JSON.stringify(operation),
    answerBytes: answerBytes[n] ?? 0,
  }));
  // The same for all peers, and for no other measurement.
  const seed = round * seedsPerRound + connections;
  return measureCell({
    ...{ server, backend, generator, rate },
    target: { port: server.port, connections, requests, seed, isMissHeavy },
    ms: options.seconds * 1_000,
    warmUpMs,
  });
}

/** For people. */
export function describeLoad({ scene, connections, rate }: Load): string {
  const count = connections === 1 ? '1 connection' : `${connections} connections`;
  return `${scene.name}, ${count}${rate === null ? '' : `, ${rate} requests/s`}`;
}

function describeMeasurement({ requestsPerSecond, p99Ms, cpuMs, cores }: Measurement): string {
  const share = (name: keyof typeof cores) => `${Math.round(cores[name] * 100)} %`;
  return [
    `${Math.round(requestsPerSecond).toLocaleString('en')}/s`,
    `p99 ${p99Ms.toFixed(1)} ms, ${cpuMs.toFixed(3)} ms CPU`,
    `server at ${share('server')}, subgraphs ${share('subgraphs')}, load ${share('load')}`,
  ].join(', ');
}
