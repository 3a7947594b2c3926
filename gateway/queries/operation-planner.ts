/**
 * HISTORY and SEND: plans by the two planners there are, each where it is right. Hive's is fast, and gives up on some operations, or does not know
 * what they ask for (`@defer`): those are Apollo's, and
 * so are supergraphs with interface objects, which Hive's gets wrong. Runs in the planner's process (planner-child.ts), which a plan may crash or stall:
 * docs/decisions/0008-query-planner.md. Calls hive-plan.ts, required-fields.ts, apollo-planning.ts.
 */
import { QueryPlanner as HivePlanner } from '@graphql-hive/router-query-planner';
import { fromHivePlan } from './hive-plan.ts';
import { findDraw } from './override-labels.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest } from './planner.ts';
import { bringsWhatItRequires } from './required-fields.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';
import { readSupergraphFacts } from './supergraph-facts.ts';

type Planning = (request: PlanRequest) => Plan;

export interface OperationPlanner {
  readonly facts: SupergraphFacts;
  /** Null when Hive's planner gives up. */
  planByHive(request: PlanRequest): Plan | null;
  /** Takes as long as Apollo's planner needs to read the supergraph; its planning throws what it throws. */
  loadApollo(): Promise<Planning>;
}

/** Reads the supergraph; throws when it is none. */
export function createOperationPlanner(supergraphSdl: string): OperationPlanner {
  const facts = readSupergraphFacts(supergraphSdl);
  let apollo: Planning | null = null;
  return {
    facts,
    planByHive: facts.hasInterfaceObjects ? () => null : createHivePlanning(supergraphSdl, facts),
    loadApollo: async () => {
      const { createApolloPlanning } = await import('./apollo-planning.ts');
      apollo ??= createApolloPlanning(supergraphSdl);
      return apollo;
    },
  };
}

/** Plans, or gives up with null. */
function createHivePlanning(
  supergraphSdl: string,
  { overrideLabels }: SupergraphFacts,
): (request: PlanRequest) => Plan | null {
  const planner = new HivePlanner(supergraphSdl);
  return ({ text, operationName, activeOverrides }) => {
    // It would plan it as if nothing were deferred.
    if (text.includes('@defer')) return null;
    const draw = findDraw(overrideLabels, activeOverrides);
    try {
      const plan = fromHivePlan(planner.plan(text, operationName, new Set(activeOverrides), draw));
      return bringsWhatItRequires(plan) ? plan : null;
    } catch {
      return null;
    }
  };
}
