/** The catalog subgraph: its events bring products, articles and media as the cases write them. Called by world.ts. */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import type { GraphQLFieldResolver } from 'graphql';
import { forbidden } from './accounts.ts';
import type { FeedEvent, Feeds } from './feeds.ts';
import { bigIntScalar, jsonScalar } from './scalars.ts';
import type { AuditContext } from './subgraph.ts';

interface Thing {
  readonly id: string;
  readonly name?: string;
}

type Arguments = Record<string, unknown>;

/** A root field whose events are those of the feed it names. An Error in the place of a value is thrown. */
export function createFeedField(
  feeds: Feeds,
  read: (event: FeedEvent, args: Arguments) => unknown = ({ value }) => value,
): {
  subscribe: GraphQLFieldResolver<unknown, AuditContext>;
  resolve: GraphQLFieldResolver<FeedEvent, AuditContext>;
} {
  return {
    subscribe: (_root, { feed, after }) => feeds.subscribe(feed, after),
    resolve: (event, args, context) => {
      context.isUntyped = event.isUntyped;
      return read(event, args);
    },
  };
}

/** The entities named by key have an id and a name, and of media the first letter says whether it is a book or a film. */
export function createCatalogResolvers(feeds: Feeds): GraphQLResolverMap<AuditContext> {
  const counters = new Map<string, number>();
  const events = () => createFeedField(feeds);
  const typeOf = ({ __typename }: { __typename: string }) => __typename;
  const findThing = (reference: object): Thing => ({
    name: `name of ${idOf(reference)}`,
    id: idOf(reference),
  });
  return {
    BigInt: bigIntScalar,
    JSON: jsonScalar,
    Query: { product: (_root, { id }) => findThing({ id }) },
    Mutation: {
      count: (_root, { counter }) => {
        const value = (counters.get(counter) ?? 0) + 1;
        counters.set(counter, value);
        return value;
      },
    },
    Subscription: {
      productChanged: events(),
      productsChanged: events(),
      requiredProductChanged: events(),
      itemChanged: events(),
      nodeChanged: events(),
      mediaChanged: events(),
      ticked: createFeedField(feeds, ({ value, position }) => ({ ...(value as object), position })),
      echoed: createFeedField(feeds, (_event, { feed: _feed, ...args }) => ({ received: args })),
    },
    Item: { __resolveType: typeOf },
    Node: { __resolveType: typeOf },
    Media: {
      __resolveType: ({ __typename, id }: { __typename?: string; id: string }) =>
        __typename ?? (id.startsWith('b') ? 'Book' : 'Film'),
      __resolveReference: (reference: object) => ({
        id: idOf(reference),
        title: `title of ${idOf(reference)}`,
        pages: 300,
        minutes: 90,
      }),
    },
    Book: { __resolveReference: (reference: object) => ({ id: idOf(reference), pages: 300 }) },
    Film: { __resolveReference: (reference: object) => ({ id: idOf(reference), minutes: 90 }) },
    Product: {
      __resolveReference: findThing,
      label: ({ name }: Thing, { style, max }) => `${name} ${style} ${max ?? 'all'}`,
      faulty: () => {
        throw forbidden('this field fails');
      },
      seenBy: (_product: Thing, _args: object, { viewer }) => viewer,
      addedLater: () => 'here',
    },
    Article: { __resolveReference: findThing },
  };
}

function idOf(reference: object): string {
  return (reference as Thing).id;
}
