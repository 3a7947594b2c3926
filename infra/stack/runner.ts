/**
 * `npm start` from the first check to the last stop: one runner per data folder, clear words when something is in the
 * way, and nothing left behind. Called by start.ts.
 */
import { join } from 'node:path';
import { findTakenPorts } from './ports.ts';
import { clearLeftovers } from './run-directory.ts';
import { runToEnd } from './run-to-end.ts';
import { leaveDataDir, noteReady, takeDataDir } from './runner-note.ts';
import { demoPassword, seedDemo } from './seed.ts';
import type { Ports, StackSettings } from './settings.ts';
import { portVariables, projectDir } from './settings.ts';
import { startStack } from './stack.ts';
import type { Supervisor } from './supervisor.ts';
import { createSupervisor } from './supervisor.ts';
import { renderTable } from './table.ts';

/** npm repeats the signal that the terminal has already sent: only a later one is a second Ctrl+C. */
const secondSignalMs = 1_000;

/** Runs the stack until a signal. Returns the exit code. */
export async function runStack(settings: StackSettings): Promise<number> {
  const holder = takeDataDir(settings);
  if (holder !== null) {
    print(
      `MessageMe is running here already (pid ${holder.pid}). See npm run status, or set MESSAGEME_DATA.`,
    );
    return 1;
  }
  try {
    const leftovers = await clearLeftovers(runRoot(settings));
    if (leftovers.length > 0) print(`Ended what an earlier run left behind: ${leftovers.join(', ')}.`);
    const taken = await findTakenPorts(portsInUse(settings));
    for (const line of taken) print(line);
    return taken.length > 0 ? 1 : await superviseStack(settings);
  } finally {
    leaveDataDir(settings.dataDir);
  }
}

/** Where the register of children is kept. */
export function runRoot(settings: StackSettings): string {
  return join(settings.dataDir, 'run');
}

async function superviseStack(settings: StackSettings): Promise<number> {
  const supervisor = createSupervisor({
    runRoot: runRoot(settings),
    logDir: join(settings.dataDir, 'logs'),
    verbose: settings.logLevel === 'debug' || settings.logLevel === 'trace',
    print,
  });
  const stopped = listenForStop(supervisor);
  try {
    await Promise.race([bringUp(settings, supervisor), stopped]);
    await stopped;
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    const startedAtMs = Date.now();
    await supervisor[Symbol.asyncDispose]();
    print(`Stopped in ${toSeconds(Date.now() - startedAtMs)}.`);
  }
}

async function bringUp(settings: StackSettings, supervisor: Supervisor): Promise<void> {
  print('Starting MessageMe ...');
  await Promise.all([startStack(settings, { supervisor, print }), buildExplorerPage()]);
  const seedProblem = await seedDemo(settings);
  if (seedProblem !== null) print(`The demo accounts were not made: ${seedProblem}`);
  noteReady(settings);
  const took = toSeconds(Date.now() - settings.startedAtMs);
  print(
    renderTable({
      ports: settings.ports,
      password: demoPassword,
      title: `ready in ${took}`,
      hasAccounts: seedProblem === null,
      closing: 'Ctrl+C stops everything.',
    }),
  );
}

/** In a process of its own, for the bundler's memory. The explorer is a convenience: without it everything else works. */
async function buildExplorerPage(): Promise<void> {
  const script = join(projectDir, 'web/explorer/build.ts');
  try {
    await runToEnd(process.execPath, [script], (text) => print(text.trimEnd()));
  } catch (error) {
    print(`The explorer page could not be built:\n${error instanceof Error ? error.message : error}`);
  }
}

function listenForStop(supervisor: Supervisor): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAtMs: number | null = null;
  const stop = (signal?: NodeJS.Signals) => {
    if (firstAtMs === null) {
      firstAtMs = Date.now();
      print('\nStopping ...');
      resolve();
    } else if (signal === 'SIGINT' && Date.now() - firstAtMs > secondSignalMs) {
      print('Ending everything at once.');
      supervisor.killAll();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // The bootstrap is gone without a word: nobody could pass a Ctrl+C on.
  process.on('disconnect', () => stop());
  return promise;
}

function portsInUse({ ports, external }: StackSettings): ReadonlyMap<string, number> {
  const replaced: (keyof Ports)[] = [];
  if (external.kafkaBrokers !== undefined) replaced.push('kafka', 'kafkaController');
  if (external.authDatabaseUrl !== undefined && external.storageDatabaseUrl !== undefined) {
    replaced.push('postgres');
  }
  const names = Object.keys(portVariables) as (keyof Ports)[];
  return new Map(
    names.filter((name) => !replaced.includes(name)).map((name) => [portVariables[name], ports[name]]),
  );
}

function toSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
