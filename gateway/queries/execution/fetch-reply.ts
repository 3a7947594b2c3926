/** HISTORY and SEND: what a fetch has been answered. Remembered by execution.ts, read by whoever makes the answer. */
import type { GraphQLFormattedError } from 'graphql';
import type { CachePolicy } from '../../cache-policy.ts';
import type { SubgraphReply } from '../../subgraph-transport.ts';

/** As the subgraph has sent it, or as the entity cache has put it together. */
export type FetchReply = { readonly kind: 'sent'; readonly reply: SubgraphReply } | KeptReply;

export interface KeptReply {
  readonly kind: 'kept';
  /** JSON text of each list of entities, by the response key of its group; none of a list that has none. */
  readonly texts: ReadonlyMap<string, string>;
  readonly errors: readonly GraphQLFormattedError[];
  readonly cachePolicy: CachePolicy;
}
