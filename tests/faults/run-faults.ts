/**
 * One fault run: a scene, a population at work, faults one after the other (or a few at a time), rest, judgement. Called by run.ts (the
 * command), short-form.test.ts and planted-bugs.test.ts.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Verdict } from './checker.ts';
import { judge } from './checker.ts';
import { createHistory } from './history.ts';
import { edgeFaults } from './kinds/edge-faults.ts';
import type { FaultKind, Trouble } from './kinds/kind.ts';
import { linkFaults } from './kinds/link-faults.ts';
import { logFaults } from './kinds/log-faults.ts';
import { processFaults } from './kinds/process-faults.ts';
import { serverFaults } from './kinds/server-faults.ts';
import { populate } from './population.ts';
import { createProbe } from './probe.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';
import type { Scene } from './scene.ts';
import { startScene } from './scene.ts';
import { startWorkload } from './workload.ts';

export const faultKinds: readonly FaultKind[] = [
  ...processFaults,
  ...serverFaults,
  ...linkFaults,
  ...logFaults,
  ...edgeFaults,
];

export interface RunOptions {
  readonly seed: number;
  readonly faults: number;
  /** The run goes on without faults until so many messages are acknowledged. */
  readonly messages: number;
  /** No fault is begun after it. */
  readonly minutesMax: number;
  /** Empty: all that the scene can have. */
  readonly kinds: readonly string[];
  /** For kinds that happen at a fail point; empty: all. */
  readonly points: readonly string[];
  /** Faults that may go on at the same time. */
  readonly lanes: number;
  readonly brokerCount: 1 | 3;
  readonly conversations: number;
  readonly messagesPerSecond: number;
  readonly plantedBug: string | null;
  readonly print: (line: string) => void;
}

export interface InflictedFault {
  readonly kind: string;
  readonly what: string;
  /** From its end (of a kill: from the kill) until a message of every partition was answered as stored; null when none was. */
  readonly recoveryMs: number | null;
}

export interface RunResult {
  readonly options: Omit<RunOptions, 'print'>;
  readonly verdict: Verdict;
  readonly faults: readonly InflictedFault[];
  readonly minutes: number;
  readonly resumes: number;
  readonly tries: number;
  /** Lines of our processes that say that something was not handled. */
  readonly crashes: readonly string[];
  /** Resident memory at the end, MiB. */
  readonly memory: Readonly<Record<string, number>>;
}

const progressMs = 10_000;
const betweenMsMax = 1_000;

/** Runs it; everything it has started is ended when it resolves. */
export async function runFaults(options: RunOptions): Promise<RunResult> {
  const { seed, print } = options;
  const startedAt = performance.now();
  const random = createRandom(seed);
  const history = createHistory();
  await using scene = await startScene(options);
  const population = await populate(scene.network, {
    conversations: options.conversations,
    random: random.fork(),
  });
  const { gatewayUrls } = scene;
  const { messagesPerSecond } = options;
  const work = { population, gatewayUrls, history, messagesPerSecond };
  const workload = await startWorkload({ ...work, random: random.fork() });
  const probe = await createProbe({ scene, population, history, random: random.fork() });
  const faults: InflictedFault[] = [];
  const acknowledged = () => history.sends.filter(({ outcome }) => outcome === 'ok').length;
  const progress = setInterval(() => {
    const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
    print(
      `${minutes} min: ${faults.length} faults, ${acknowledged()} acknowledged, ${workload.resumes} resumes`,
    );
  }, progressMs);
  try {
    await inflictAll(options, { scene, population, random, points: options.points }, { faults, probe });
    while (acknowledged() < options.messages && (performance.now() - startedAt) / 60_000 < options.minutesMax)
      await delay(progressMs / 10);
    print('healed, coming to rest');
    await scene.network.waitUntilReady();
    await workload.settle();
  } catch (error) {
    workload.abandon();
    throw error;
  } finally {
    clearInterval(progress);
  }
  const { print: _print, ...settings } = options;
  const result = {
    options: settings,
    verdict: judge(history),
    faults,
    minutes: (performance.now() - startedAt) / 60_000,
    resumes: workload.resumes,
    tries: history.sends.reduce((sum, { tries }) => sum + tries, 0),
    crashes: findCrashes(scene),
    memory: scene.network.memory(),
  };
  return result;
}

interface Inflicting {
  readonly faults: InflictedFault[];
  readonly probe: (since: number) => Promise<number | null>;
}

/** Draws kinds by their weights; each possible kind comes once before any comes twice. */
async function inflictAll(
  options: RunOptions,
  trouble: Trouble,
  { faults, probe }: Inflicting,
): Promise<void> {
  const { print, minutesMax } = options;
  const possible = faultKinds.filter(
    ({ name, isPossible }) =>
      (options.kinds.length === 0 || options.kinds.includes(name)) && isPossible(trouble.scene),
  );
  const draw = createDraw(possible, trouble.random.fork());
  const endAt = performance.now() + minutesMax * 60_000;
  const busy = new Set<FaultKind['breaks']>();
  let begun = 0;
  const lane = async (random: Random) => {
    while (begun < options.faults && performance.now() < endAt) {
      const kind = draw(busy);
      if (kind === null) {
        await delay(betweenMsMax);
        continue;
      }
      begun += 1;
      busy.add(kind.breaks);
      const fault = await inflict(kind, { ...trouble, random }, probe);
      busy.delete(kind.breaks);
      faults.push(fault);
      const { what, recoveryMs } = fault;
      print(
        `${kind.name}: ${what}; ${recoveryMs === null ? 'NOT recovered' : `recovered in ${Math.round(recoveryMs)} ms`}`,
      );
      await delay(random.between(0, betweenMsMax));
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, () => lane(trouble.random.fork())));
}

/** What does not come back in its time, e.g. a process that was killed, has not recovered. */
async function inflict(
  kind: FaultKind,
  trouble: Trouble,
  probe: Inflicting['probe'],
): Promise<InflictedFault> {
  try {
    const { what, overAt } = await kind.inflict(trouble);
    return { kind: kind.name, what, recoveryMs: await probe(overAt) };
  } catch (error) {
    return {
      kind: kind.name,
      what: error instanceof Error ? error.message : String(error),
      recoveryMs: null,
    };
  }
}

function createDraw(
  possible: readonly FaultKind[],
  random: Random,
): (busy: ReadonlySet<FaultKind['breaks']>) => FaultKind | null {
  const fresh = new Set(possible);
  return (busy) => {
    const free = possible.filter(({ breaks }) => !busy.has(breaks));
    if (free.length === 0) return null;
    const notYet = free.filter((kind) => fresh.has(kind));
    const kind =
      notYet.length > 0
        ? random.pick(notYet)
        : random.pick(free.flatMap((one) => Array.from({ length: one.weight }, () => one)));
    fresh.delete(kind);
    return kind;
  };
}

const fatalLevel = 60;

/** A process that ended by itself says `failed` at the fatal level, which covers unhandled rejections; anything uncaught below that is Node's text. */
function findCrashes({ processes }: Scene): string[] {
  return processes.flatMap(({ name, logFile }) =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"level":${fatalLevel}`) || /^\S*Error: |unhandled/i.test(line))
      .map((line) => `${name}: ${line.slice(0, 500)}`),
  );
}
