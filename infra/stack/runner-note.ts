/**
 * The note in the data folder that says which runner is up and on which ports: the lock against a second start,
 * and what `npm run status` and `npm run reset` go by.
 */
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { isAlive, readIdentity } from './process-identity.ts';
import type { StackSettings } from './settings.ts';

export interface RunnerNote extends ProcessIdentity {
  readonly ready: boolean;
  readonly ports: StackSettings['ports'];
  /** Which parts are real services elsewhere. */
  readonly external: { readonly kafka: boolean; readonly postgres: boolean; readonly smtp: boolean };
}

/** The note of the living runner of this data folder, or null. */
export function readRunnerNote(dataDir: string): RunnerNote | null {
  const note = readJson<RunnerNote>(noteFile(dataDir));
  return note !== null && isAlive(note) ? note : null;
}

/** Takes the data folder for this process. Returns the note of the runner that already has it, or null on success. */
export function takeDataDir(settings: StackSettings): RunnerNote | null {
  const file = noteFile(settings.dataDir);
  mkdirSync(settings.dataDir, { recursive: true });
  const staging = `${file}.${process.pid}`;
  writeFileSync(staging, JSON.stringify(toNote(settings, false)));
  try {
    for (;;) {
      try {
        // Unlike a write, a link is refused when another runner was faster, and never shows half a note.
        linkSync(staging, file);
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readRunnerNote(settings.dataDir);
      if (holder !== null) return holder;
      if (existsSync(file)) rmSync(file, { force: true });
    }
  } finally {
    rmSync(staging, { force: true });
  }
}

/** Says that everything works. */
export function noteReady(settings: StackSettings): void {
  writeJson(noteFile(settings.dataDir), toNote(settings, true));
}

/** Gives the data folder back. */
export function leaveDataDir(dataDir: string): void {
  rmSync(noteFile(dataDir), { force: true });
}

function toNote(settings: StackSettings, ready: boolean): RunnerNote {
  const identity = readIdentity(process.pid);
  if (identity === null) throw new Error('This process has no identity.');
  const { kafkaBrokers, authDatabaseUrl, storageDatabaseUrl, smtpUrl } = settings.external;
  const external = {
    kafka: kafkaBrokers !== undefined,
    postgres: authDatabaseUrl !== undefined && storageDatabaseUrl !== undefined,
    smtp: smtpUrl !== undefined,
  };
  return { ...identity, ready, ports: settings.ports, external };
}

function noteFile(dataDir: string): string {
  return join(dataDir, 'runner.json');
}
