/** HISTORY and SEND: Apollo's planner. Loaded by operation-planner.ts when an operation needs it; calls condition-branches.ts, apollo-plan.ts. */
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import { parse } from 'graphql';
import { fromApolloPlan } from './apollo-plan.ts';
import { planBranches } from './condition-branches.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './planner.ts';

/** Reads the supergraph; throws when it is none. What it returns throws what Apollo's planner throws. */
export function createApolloPlanning(supergraphSdl: string): (request: PlanRequest) => Plan {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
  const apiSchema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  return ({ text, operationName, activeOverrides }) => {
    const name = operationName === null ? {} : { operationName };
    const overrideConditions = new Map(activeOverrides.map((label) => [label, true]));
    const plan = (document: DocumentNode) => {
      const operation = operationFromDocument(apiSchema, document, name);
      return fromApolloPlan(planner.buildQueryPlan(operation, { overrideConditions })).node;
    };
    return { node: planBranches(parse(text, { noLocation: true }), plan) };
  };
}
