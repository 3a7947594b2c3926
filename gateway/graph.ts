/**
 * The supergraph of the moment: loaded and followed by Apollo's gateway, prepared for queries and mutations (queries/) and for subscriptions
 * (subscriptions/generation.ts). Made by gateway.ts.
 */
import { ApolloGateway } from '@apollo/gateway';
import { setEnvironmentVariable } from '#platform/config.ts';
import type { Service } from '#platform/service.ts';
import type { GatewayConfig } from './config.ts';
import type { Queries } from './queries/queries.ts';
import { createQueries } from './queries/queries.ts';
import type { Subgraphs } from './subgraphs.ts';
import type { Generation } from './subscriptions/generation.ts';
import { createGeneration } from './subscriptions/generation.ts';
import { createSupergraphFile } from './supergraph.ts';

export interface Graph {
  readonly queries: Queries;
  readonly currentGeneration: () => Generation;
  /** Told of each new supergraph. */
  readonly onReplaced: (listener: (generation: Generation) => void) => void;
}

/** Nothing is loaded before Apollo Server has started. */
export function createGraph(config: GatewayConfig, { logger }: Service, subgraphs: Subgraphs): Graph {
  let generation: Generation | null = null;
  const listeners: ((generation: Generation) => void)[] = [];
  // Apollo's gateway reports to Apollo unless this is set, and looks for it nowhere else.
  setEnvironmentVariable('APOLLO_TELEMETRY_DISABLED', '1');
  const gateway = new ApolloGateway({
    supergraphSdl: createSupergraphFile({ path: config.supergraphPath, logger }),
    buildService: ({ name, url }) => subgraphs.connect(name, url),
    logger,
  });
  const queries = createQueries({ config, gateway, sourceOf: subgraphs.querySourceOf });
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    generation = createGeneration({
      supergraphSdl: coreSupergraphSdl,
      schema: apiSchema,
      resume: { argument: 'after', cursorField: 'cursor' },
    });
    queries.replace({
      supergraphSdl: coreSupergraphSdl,
      supergraph: generation.supergraphSchema,
      api: apiSchema,
    });
    for (const listener of listeners) listener(generation);
  });
  return {
    queries,
    currentGeneration: () => {
      if (generation === null) throw new Error('the supergraph is not loaded');
      return generation;
    },
    onReplaced: (listener) => void listeners.push(listener),
  };
}
