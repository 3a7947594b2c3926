/** Small JSON files of the stack: the register of children, the runner's note, the secrets. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Written whole or not at all, so that a reader never meets half a file. */
export function writeJson(file: string, value: unknown, mode = 0o644): void {
  const staging = `${file}.${process.pid}.tmp`;
  writeFileSync(staging, JSON.stringify(value), { mode });
  renameSync(staging, file);
}

/** The parsed file, believed to have been written by writeJson; null when there is none. */
export function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}
