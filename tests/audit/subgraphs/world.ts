/**
 * Everything behind the gateway under audit: four subgraphs, the feeds of their subscriptions, and the supergraph they compose to, in a file. Cases
 * write events here and break things here. Made by audit.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { composeServices } from '@apollo/composition';
import { Kind, visit } from 'graphql';
import { createAccountsResolvers } from './accounts.ts';
import { createCatalogResolvers } from './catalog.ts';
import { Feeds } from './feeds.ts';
import { createReviewsResolvers } from './reviews.ts';
import { createShippingResolvers } from './shipping.ts';
import type { EntityRequest, Subgraph, SubscriptionProtocol } from './subgraph.ts';
import { startSubgraph } from './subgraph.ts';

const names = ['catalog', 'accounts', 'reviews', 'shipping'] as const;
export type SubgraphName = (typeof names)[number];
export const subgraphCount = names.length;

export interface WorldOptions {
  /** One for each subgraph. */
  readonly ports: readonly number[];
  readonly supergraphPath: string;
  /** Viewer -> the text that gives it away wherever a gateway puts it. */
  readonly credentials: Readonly<Record<string, string>>;
  /** What the subgraphs speak for subscriptions; transport-ws unless given. */
  readonly protocol?: SubscriptionProtocol;
}

export interface World extends AsyncDisposable {
  readonly feeds: Feeds;
  readonly subgraphs: Readonly<Record<SubgraphName, Subgraph>>;
  readonly supergraphPath: string;
  /** Composes again, now with `Product.addedLater`, which the catalog has had all along. */
  extendSupergraph(): void;
  /** The `_entities` requests of a subgraph that asked for an id with this text in it. */
  entityRequests(subgraph: SubgraphName, idPart: string): readonly EntityRequest[];
}

/** The subgraphs listen and the supergraph is written, still without `Product.addedLater`. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { ports, supergraphPath, credentials, protocol = 'transport-ws' } = options;
  const feeds = new Feeds();
  const resolvers = {
    catalog: createCatalogResolvers(feeds),
    accounts: createAccountsResolvers(),
    reviews: createReviewsResolvers(feeds),
    shipping: createShippingResolvers(),
  };
  await using started = new AsyncDisposableStack();
  const entries = await Promise.all(
    names.map(async (name, index) => {
      const port = ports[index];
      if (port === undefined) throw new Error(`there is no port for ${name}`);
      const subgraph = {
        name,
        port,
        resolvers: resolvers[name],
        findViewer: createFindViewer(credentials),
        protocol,
        openStreams: () => feeds.openByName(),
      };
      return [name, started.use(await startSubgraph(subgraph))] as const;
    }),
  );
  const subgraphs = Object.fromEntries(entries) as Record<SubgraphName, Subgraph>;
  mkdirSync(dirname(supergraphPath), { recursive: true });
  writeFileSync(supergraphPath, composeSupergraph(Object.values(subgraphs), 'addedLater'));
  const owned = started.move();
  return {
    feeds,
    subgraphs,
    supergraphPath,
    extendSupergraph: () => {
      // In place and in one write: the file is never empty for those who watch it. It only grows.
      const extended = composeSupergraph(Object.values(subgraphs), null);
      writeFileSync(supergraphPath, extended, { flag: 'r+' });
    },
    entityRequests: (subgraph, idPart) =>
      subgraphs[subgraph].entityRequests.filter((keys) => keys.some(({ id }) => String(id).includes(idPart))),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function createFindViewer(credentials: WorldOptions['credentials']) {
  return (...places: readonly unknown[]): string | null => {
    const text = JSON.stringify(places);
    const found = Object.entries(credentials).find(([, credential]) => text.includes(credential));
    return found?.[0] ?? null;
  };
}

function composeSupergraph(subgraphs: readonly Subgraph[], leftOut: string | null): string {
  const services = subgraphs.map(({ name, url, typeDefs }) => ({
    name,
    url,
    typeDefs: visit(typeDefs, {
      [Kind.FIELD_DEFINITION]: ({ name: field }) => (field.value === leftOut ? null : undefined),
    }),
  }));
  const result = composeServices(services);
  if (result.errors !== undefined) throw new Error(result.errors.map(({ message }) => message).join('\n'));
  return result.supergraphSdl;
}
