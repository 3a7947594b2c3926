/** The SDL of a suite's subgraphs, and their supergraph. Called by audit.ts and strict-subgraph.ts. */
import { composeServices } from '@apollo/composition';
import type { DocumentNode } from 'graphql';
import { parse } from 'graphql';
import type { SubgraphDefinition, Suite } from './suite.ts';

const federation2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject",
  "@extends", "@tag", "@composeDirective", "FieldSet"
])
`;

/** What the subgraph is built and composed from. */
export function toTypeDefs({ sdl, isFederation1 }: SubgraphDefinition): DocumentNode {
  return parse(isFederation1 ? sdl : federation2 + sdl);
}

/** SDL of the supergraph; `toUrl` tells where a subgraph is served. Throws when the suite does not compose. */
export function composeSuite(suite: Suite, toUrl: (subgraph: string) => string): string {
  const services = Object.entries(suite.subgraphs).map(([name, definition]) => ({
    name,
    url: toUrl(name),
    typeDefs: toTypeDefs(definition),
  }));
  const { errors, supergraphSdl } = composeServices(services);
  if (supergraphSdl === undefined) {
    throw new Error(`${suite.name} does not compose:\n${errors?.map(({ message }) => message).join('\n')}`);
  }
  return supergraphSdl;
}
