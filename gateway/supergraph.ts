/**
 * Where the supergraph comes from: one file, followed while the gateway runs (followed-file.ts). A new version is swapped in whole. Given to
 * ApolloGateway by gateway.ts.
 */
import type { Logger } from '#platform/logger.ts';
import { followFile } from './followed-file.ts';
import { toLoadableSupergraph } from './loadable-supergraph.ts';

type Hook = { update: (supergraphSdl: string) => void };

/** The part of Apollo's SupergraphManager that it calls. */
export interface SupergraphFile {
  initialize(hook: Hook): Promise<{ supergraphSdl: string; cleanup: () => Promise<void> }>;
  /** The text in the file from which this one was loaded. */
  toWhole(loaded: string): string;
}

/** Follows `path`. */
export function createSupergraphFile(options: {
  readonly path: string;
  readonly logger: Logger;
}): SupergraphFile {
  /** What was loaded last, and the text it was made of. */
  let given = { loadable: '', whole: '' };

  function load(whole: string): string {
    given = { loadable: toLoadableSupergraph(whole), whole };
    return given.loadable;
  }

  return {
    initialize: async ({ update }) => {
      const replace = (whole: string) => {
        const before = given;
        try {
          update(load(whole));
        } catch (error) {
          given = before;
          throw error;
        }
      };
      const file = await followFile({ ...options, what: 'supergraph', replace });
      return { supergraphSdl: load(file.text), cleanup: async () => file[Symbol.dispose]() };
    },
    toWhole: (loaded) => (loaded === given.loadable ? given.whole : loaded),
  };
}
