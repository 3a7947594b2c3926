/**
 * HISTORY and SEND: plans by the two planners there are, each where it is right. Hive's is fast, and gives up on some operations, or does not know
 * what they ask for (`@defer`): those are Apollo's, and so are supergraphs with interface objects, which Hive's gets wrong. What neither plans rightly is planned
 * in parts. Runs in the planner's process (planner-child.ts), which a plan may crash or stall: docs/decisions/0008-query-planner.md. Calls hive-plan.ts,
 * brought-fields.ts, apollo-planning.ts, plan-check.ts, plan-parts.ts.
 */
import { QueryPlanner as HivePlanner } from '@graphql-hive/router-query-planner';
import type { DocumentNode } from 'graphql';
import { parse, print } from 'graphql';
import { bringsWhatItRequires } from './brought-fields.ts';
import { planBranches } from './condition-branches.ts';
import { fromHivePlan } from './hive-plan.ts';
import { splitOperation } from './operation-parts.ts';
import { findDraw } from './override-labels.ts';
import type { Plan } from './plan.ts';
import { createPlanCheck } from './plan-check.ts';
import { joinPlans } from './plan-parts.ts';
import type { PlanRequest } from './planner.ts';
import { PlanningError } from './planner.ts';
import { readRequiringFields } from './required-fields.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';
import { readSupergraphFacts } from './supergraph-facts.ts';

type Planning = (request: PlanRequest) => Plan;

/** What it plans the subgraphs take. */
export interface OperationPlanner {
  readonly facts: SupergraphFacts;
  /** Null when Hive's planner gives up or is wrong. */
  planByHive(request: PlanRequest): Plan | null;
  /** Takes as long as Apollo's planner needs to read the supergraph; its planning throws what it throws, and PlanningError when it is wrong. */
  loadApollo(): Promise<Planning>;
  /** Do fields of it require one field with different arguments? Planners plan that as if they were the same. */
  hasConflict(request: PlanRequest): boolean;
  /** Rejects with PlanningError for what can't be taken apart, and when a part can't be planned. */
  planInParts(request: PlanRequest): Promise<Plan>;
}

/** Reads the supergraph; throws when it is none. */
export function createOperationPlanner(supergraphSdl: string): OperationPlanner {
  const facts = readSupergraphFacts(supergraphSdl);
  const check = createPlanCheck(supergraphSdl);
  const requiring = readRequiringFields(supergraphSdl);
  const neededNames = new Set(facts.neededNames);
  const planByHive = facts.hasInterfaceObjects ? null : createHivePlanning(supergraphSdl, facts);
  let apollo: Planning | null = null;

  async function loadApollo(): Promise<Planning> {
    const { createApolloPlanning } = await import('./apollo-planning.ts');
    apollo ??= createApolloPlanning(supergraphSdl);
    const plan = apollo;
    return (request) => check(plan(request));
  }

  function planEach(request: PlanRequest, planOne: Planning): Plan {
    const plan = (document: DocumentNode) => planOne({ ...request, text: print(document) }).node;
    return { node: planBranches(parse(request.text, { noLocation: true }), plan) };
  }

  return {
    facts,
    planByHive: (request) => {
      if (planByHive === null) return null;
      try {
        // One representation would be for all of them, and wait for what only those that are left out require.
        const isDivided = requiring.hasConditions(request.text);
        return check(isDivided ? planEach(request, planByHive) : planByHive(request));
      } catch {
        return null;
      }
    },
    loadApollo,
    hasConflict: ({ text }) => requiring.hasConflict(text),
    planInParts: async (request) => {
      const planPart = planByHive ?? (await loadApollo());
      const planBranch: Planning = ({ text }) => {
        const document = parse(text, { noLocation: true });
        const parts = splitOperation(document, request.operationName, requiring.names);
        const plans = parts.map((part) => check(planPart({ ...request, text: print(part) })));
        return joinPlans(plans, neededNames);
      };
      return check(planEach(request, planBranch));
    },
  };
}

/** Throws when it gives up. */
function createHivePlanning(supergraphSdl: string, { overrideLabels }: SupergraphFacts): Planning {
  const planner = new HivePlanner(supergraphSdl);
  return ({ text, operationName, activeOverrides }) => {
    // It would plan it as if nothing were deferred.
    if (text.includes('@defer')) throw new PlanningError('failed', 'something is deferred');
    const draw = findDraw(overrideLabels, activeOverrides);
    const plan = fromHivePlan(planner.plan(text, operationName, new Set(activeOverrides), draw));
    if (!bringsWhatItRequires(plan))
      throw new PlanningError('failed', 'the plan requires what it does not fetch');
    return plan;
  };
}
