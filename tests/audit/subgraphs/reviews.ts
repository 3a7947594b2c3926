/** The reviews subgraph: reviews of products, which name their authors; scores of media, whose types it does not know. Called by world.ts. */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { nicknameOf } from './accounts.ts';
import { createFeedField } from './catalog.ts';
import type { Feeds } from './feeds.ts';
import type { AuditContext } from './subgraph.ts';

interface Keyed {
  readonly id: string;
}

/** Everything is computed from the ids. */
export function createReviewsResolvers(feeds: Feeds): GraphQLResolverMap<AuditContext> {
  const find = (reference: object) => reference;
  return {
    Query: { review: (_root, { id }) => ({ id }) },
    Subscription: { reviewAdded: createFeedField(feeds), mediaScored: createFeedField(feeds) },
    Review: {
      __resolveReference: find,
      body: ({ id }: Keyed) => `body of ${id}`,
    },
    Product: {
      __resolveReference: find,
      rating: ({ id }: Keyed) => ratingOf(id),
      reviews: ({ id }: Keyed) =>
        [1, 2].map((n) => ({ id: `${id}-${n}`, author: { id: `author ${n} of ${id}` } })),
    },
    Article: { __resolveReference: find, commentCount: ({ id }: Keyed) => id.length },
    Media: { __resolveReference: find, score: ({ id }: Keyed) => id.length },
    User: { nickname: ({ id }: Keyed) => nicknameOf(id) },
  };
}

/** What the field `rating` answers. */
export function ratingOf(id: string): number {
  return id.length;
}
