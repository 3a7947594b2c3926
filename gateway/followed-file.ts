/**
 * A text file that is followed while the gateway runs: each new text is taken over whole, one that can't be used is logged and what was there stays.
 * Used by supergraph.ts and documents/trusted-documents.ts.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '#platform/logger.ts';

export interface FollowedFileOptions {
  readonly path: string;
  /** What is in it, for the log. */
  readonly what: string;
  /** Takes over a new text; throws when it can't be used. */
  readonly replace: (text: string) => void;
  readonly logger: Logger;
}

export interface FollowedFile extends Disposable {
  /** As it was at first. */
  readonly text: string;
}

const pollMs = 1_000;

/** Follows `path` by polling: a rename, as editors and config maps do it, is seen too. Rejects when there is no such file. */
export async function followFile(options: FollowedFileOptions): Promise<FollowedFile> {
  const { path, what, replace, logger } = options;
  const text = await readFile(path, 'utf8');
  let current = text;
  const reload = async () => {
    try {
      const next = await readFile(path, 'utf8');
      if (next === current) return;
      replace(next);
      current = next;
      logger.info({ path }, `${what} replaced`);
    } catch (error) {
      logger.error({ err: error, path }, `the new ${what} is not usable, the old one stays`);
    }
  };
  const listener = () => void reload();
  watchFile(path, { interval: pollMs, persistent: false }, listener);
  return { text, [Symbol.dispose]: () => unwatchFile(path, listener) };
}
