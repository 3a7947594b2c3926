/**
 * LIVE 2/2: one supergraph as subscriptions see it: schemas, and Apollo's planner with the plans it has made. A new supergraph is a new
 * generation; subscriptions that run keep theirs. Made by gateway.ts whenever the supergraph is loaded, used by subscribe.ts.
 */

import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { executeQueryPlan } from '@apollo/gateway';
import { buildOperationContext } from '@apollo/gateway';
import type { QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';

type ExecuteArguments = Parameters<typeof executeQueryPlan>;
export type OperationContext = ExecuteArguments[3];

/** How one subscription runs: `primary` is opened at the subgraph that owns the field, `plan` is executed for each event. */
export interface SubscriptionPlan {
  readonly primary: SubscriptionNode['primary'];
  /** Sequence of the event itself, served by the data source named eventService, and the rest of the plan. */
  readonly plan: QueryPlan;
  readonly operationContext: OperationContext;
  readonly generation: Generation;
}

export interface Generation {
  /** What clients see; operations are validated against it. */
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: ExecuteArguments[4];
  readonly apiSchema: ExecuteArguments[5];
  /** The plan of a valid subscription; throws GraphQLError when it can't be planned. */
  planSubscription(operation: {
    readonly source: string;
    readonly document: DocumentNode;
    readonly operationName: string | undefined;
  }): SubscriptionPlan;
}

/** Stands for the event in a plan; no subgraph can have this name. */
export const eventService = '\0event';

/** Builds schemas at once and the planner on first use. */
export function createGeneration(options: {
  readonly supergraphSdl: string;
  readonly schema: GraphQLSchema;
  readonly plansMax: number;
}): Generation {
  const supergraph = Supergraph.build(options.supergraphSdl, { validateSupergraph: false });
  const plans = new LRUCache<string, SubscriptionPlan>({ max: options.plansMax });
  let planner: QueryPlanner | null = null;
  const generation: Generation = {
    schema: options.schema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    apiSchema: supergraph.apiSchema(),
    planSubscription: ({ source, document, operationName }) => {
      const key = `${operationName ?? ''}\n${source}`;
      const known = plans.get(key);
      if (known !== undefined) return known;
      planner ??= new QueryPlanner(supergraph);
      const name = operationName === undefined ? {} : { operationName };
      const node = planner.buildQueryPlan(operationFromDocument(generation.apiSchema, document, name)).node;
      if (node?.kind !== 'Subscription')
        throw new Error(`planned as ${node?.kind ?? 'nothing'}, not as a subscription`);
      const operationContext = buildOperationContext({
        schema: options.schema,
        operationDocument: document,
        ...name,
      });
      const plan: SubscriptionPlan = {
        primary: node.primary,
        plan: toEventPlan(node),
        operationContext,
        generation,
      };
      plans.set(key, plan);
      return plan;
    },
  };
  return generation;
}

function toEventPlan({ primary, rest }: SubscriptionNode): QueryPlan {
  const event = { ...primary, serviceName: eventService };
  return {
    kind: 'QueryPlan',
    node: { kind: 'Sequence', nodes: rest === undefined ? [event] : [event, rest] },
  };
}
