/**
 * Where the supergraph comes from: one file, followed while the gateway runs. A new version is swapped in whole; one that is bad is logged and the
 * old one stays. Given to ApolloGateway by gateway.ts.
 */

import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Logger } from '#platform/logger.ts';

type Hook = { update: (supergraphSdl: string) => void };

/** The part of Apollo's SupergraphManager that it calls. */
export interface SupergraphFile {
  initialize(hook: Hook): Promise<{ supergraphSdl: string; cleanup: () => Promise<void> }>;
}

const pollMs = 1_000;

/** Follows `path` by polling: a rename, as editors and config maps do it, is seen too. */
export function createSupergraphFile(options: {
  readonly path: string;
  readonly logger: Logger;
}): SupergraphFile {
  const { path, logger } = options;
  return {
    initialize: async ({ update }) => {
      let current = await readFile(path, 'utf8');
      const reload = async () => {
        try {
          const next = await readFile(path, 'utf8');
          if (next === current) return;
          update(next);
          current = next;
          logger.info({ path }, 'supergraph replaced');
        } catch (error) {
          logger.error({ err: error, path }, 'the new supergraph is not usable, the old one stays');
        }
      };
      watchFile(path, { interval: pollMs, persistent: false }, () => void reload());
      return { supergraphSdl: current, cleanup: async () => unwatchFile(path) };
    },
  };
}
