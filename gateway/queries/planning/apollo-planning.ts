/** HISTORY and SEND: Apollo's planner. Loaded by operation-planner.ts when an operation needs it; calls condition-branches.ts, apollo-plan.ts. */
import type { Operation } from '@apollo/federation-internals';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { parse } from 'graphql';
import { dropIdleConditions, isDeferring } from '../deferred/deferred-fragments.ts';
import { fromApolloPlan } from './apollo-plan.ts';
import { planBranches } from './condition-branches.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './planner.ts';

/** Reads the supergraph; throws when it is none. What it returns throws what Apollo's planner throws. */
export function createApolloPlanning(supergraphSdl: string): (request: PlanRequest) => Plan {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false });
  const apiSchema = supergraph.apiSchema();
  const schema = apiSchema.toGraphQLJSSchema();
  const planner = new QueryPlanner(supergraph, { incrementalDelivery: { enableDefer: true } });
  return ({ text, operationName, activeOverrides }) => {
    const name = operationName === null ? {} : { operationName };
    const overrideConditions = new Map(activeOverrides.map((label) => [label, true]));
    const build = (operation: Operation) =>
      fromApolloPlan(planner.buildQueryPlan(operation, { overrideConditions })).node;
    const plan = (document: DocumentNode) => {
      if (!isDeferring(document)) return build(operationFromDocument(apiSchema, document, name));
      const operation = operationFromDocument(apiSchema, dropIdleConditions(document, schema), name);
      try {
        return build(operation);
      } catch {
        // All at once is better than not at all.
        return build(operation.withoutDefer());
      }
    };
    return { node: planBranches(parse(text, { noLocation: true }), plan) };
  };
}
