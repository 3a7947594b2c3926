/**
 * The supergraph of the moment: loaded and followed by Apollo's gateway, prepared for queries and mutations (queries/) and for subscriptions
 * (subscriptions/generation.ts). Made by gateway.ts.
 */
import { ApolloGateway } from '@apollo/gateway';
import { setEnvironmentVariable } from '#platform/config.ts';
import type { Registry } from '#platform/metrics.ts';
import type { Service } from '#platform/service.ts';
import type { GatewayConfig } from './config.ts';
import type { OperationLimits } from './limits.ts';
import type { ServedGeneration } from './operations.ts';
import { withDefer } from './queries/deferred/defer-directive.ts';
import type { Queries } from './queries/queries.ts';
import { createQueries } from './queries/queries.ts';
import type { DemandControl } from './queries/rules/demand-control.ts';
import { createDemandControl } from './queries/rules/demand-control.ts';
import { createSupergraphRules } from './queries/rules/supergraph-rules.ts';
import type { Subgraphs } from './subgraphs.ts';
import { createGeneration } from './subscriptions/generation.ts';
import { createSupergraphFile } from './supergraph.ts';

export interface Graph {
  readonly queries: Queries;
  readonly demandControl: DemandControl;
  readonly currentGeneration: () => ServedGeneration;
  /** Told of each new supergraph. */
  readonly onReplaced: (listener: (generation: ServedGeneration) => void) => void;
}

export interface GraphParts {
  readonly subgraphs: Subgraphs;
  readonly limits: OperationLimits;
  readonly metrics: Registry;
}

/** Nothing is loaded before Apollo Server has started. */
export function createGraph(
  config: GatewayConfig,
  { logger, stack }: Service,
  { subgraphs, limits, metrics }: GraphParts,
): Graph {
  let generation: ServedGeneration | null = null;
  const listeners: ((generation: ServedGeneration) => void)[] = [];
  // Apollo's gateway reports to Apollo unless this is set, and looks for it nowhere else.
  setEnvironmentVariable('APOLLO_TELEMETRY_DISABLED', '1');
  const file = createSupergraphFile({ path: config.supergraphPath, logger });
  const gateway = new ApolloGateway({
    supergraphSdl: file,
    buildService: ({ name, url }) => subgraphs.connect(name, url),
    logger,
  });
  const { demandControl: mode, costMax } = config;
  const demandControl = createDemandControl({ mode, costMax, metrics });
  const queries = stack.use(
    createQueries({
      ...{ config, gateway, demandControl, limits, logger, metrics },
      sources: subgraphs.querySources,
    }),
  );
  gateway.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
    const supergraphSdl = file.toWhole(coreSupergraphSdl);
    const api = withDefer(apiSchema);
    const made = createGeneration({
      supergraphSdl,
      schema: api,
      resume: { argument: 'after', cursorField: 'cursor' },
    });
    const rules = createSupergraphRules(supergraphSdl, config);
    queries.replace({
      ...{ supergraphSdl, supergraph: made.supergraphSchema, api, rules },
    });
    generation = Object.assign(made, rules);
    for (const listener of listeners) listener(generation);
  });
  return {
    queries,
    demandControl,
    currentGeneration: () => {
      if (generation === null) throw new Error('the supergraph is not loaded');
      return generation;
    },
    onReplaced: (listener) => void listeners.push(listener),
  };
}
