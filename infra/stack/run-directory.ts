/**
 * The register of what a runner has started: a folder per runner, a file per child. Whatever way the runner ends,
 * its watchdog and the next start read it and end what is left. Written by supervisor.ts, cleared by watchdog.ts and start.ts.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { isAlive, readIdentity, sendSignal, waitUntilGone } from './process-identity.ts';

const leftoverStopMs = 5_000;
const leftoverKillMs = 2_000;
const ownerFile = 'owner.json';

export interface RunEntry extends ProcessIdentity {
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
  /** The Docker container behind the process: killing the client would leave it running. */
  readonly container?: string;
}

/** Makes the folder of this process's children under `runRoot` and returns its path. */
export function createRunDirectory(runRoot: string): string {
  const directory = join(runRoot, `${process.pid}-${Date.now()}`);
  mkdirSync(directory, { recursive: true });
  writeJson(join(directory, ownerFile), readIdentity(process.pid));
  return directory;
}

/** Notes a child that was just started. */
export function registerChild(directory: string, entry: RunEntry): void {
  writeJson(join(directory, `${entry.name}.json`), entry);
}

/** Forgets a child that has ended. */
export function forgetChild(directory: string, name: string): void {
  rmSync(join(directory, `${name}.json`), { force: true });
}

/** Ends everything noted in one folder and removes it. Returns the names of what was still running. */
export async function clearRunDirectory(directory: string): Promise<string[]> {
  const entries = readEntries(directory);
  const ended = await Promise.all(entries.map(endLeftover));
  rmSync(directory, { recursive: true, force: true });
  return ended.filter((name) => name !== null);
}

/** Clears the folders of runners that are gone. Returns the names of what was still running. */
export async function clearLeftovers(runRoot: string): Promise<string[]> {
  const ended: string[] = [];
  for (const name of listDirectory(runRoot)) {
    const directory = join(runRoot, name);
    const owner = readJson<ProcessIdentity>(join(directory, ownerFile));
    if (owner !== null && isAlive(owner)) continue;
    ended.push(...(await clearRunDirectory(directory)));
  }
  return ended;
}

async function endLeftover(entry: RunEntry): Promise<string | null> {
  if (entry.container !== undefined) spawnSync('docker', ['rm', '--force', entry.container]);
  if (!isAlive(entry)) return null;
  sendSignal(entry.pid, entry.stopSignal);
  if (!(await waitUntilGone(entry, leftoverStopMs))) {
    sendSignal(entry.pid, 'SIGKILL', { group: true });
    await waitUntilGone(entry, leftoverKillMs);
  }
  return entry.name;
}

function readEntries(directory: string): RunEntry[] {
  return listDirectory(directory)
    .filter((name) => name.endsWith('.json') && name !== ownerFile)
    .map((name) => readJson<RunEntry>(join(directory, name)))
    .filter((entry) => entry !== null);
}

function listDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
