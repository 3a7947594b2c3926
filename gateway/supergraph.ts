/**
 * Where the supergraph comes from: one file, followed while the gateway runs (followed-file.ts). A new version is swapped in whole. Given to
 * ApolloGateway by gateway.ts.
 */
import type { Logger } from '#platform/logger.ts';
import { followFile } from './followed-file.ts';

type Hook = { update: (supergraphSdl: string) => void };

/** The part of Apollo's SupergraphManager that it calls. */
export interface SupergraphFile {
  initialize(hook: Hook): Promise<{ supergraphSdl: string; cleanup: () => Promise<void> }>;
}

/** Follows `path`. */
export function createSupergraphFile(options: {
  readonly path: string;
  readonly logger: Logger;
}): SupergraphFile {
  return {
    initialize: async ({ update }) => {
      const file = await followFile({ ...options, what: 'supergraph', replace: update });
      return { supergraphSdl: file.text, cleanup: async () => file[Symbol.dispose]() };
    },
  };
}
