/**
 * HISTORY and SEND: whether the subgraphs would take the fetches of a plan, asked before it is used: planners send operations that are not valid, external
 * fields and representations without a key. Called by operation-planner.ts; calls subgraph-schemas.ts, representation-keys.ts.
 */
import {
  buildASTSchema,
  FieldsOnCorrectTypeRule,
  KnownArgumentNamesRule,
  KnownTypeNamesRule,
  OverlappingFieldsCanBeMergedRule,
  PossibleFragmentSpreadsRule,
  parse,
  ScalarLeafsRule,
  validate,
} from 'graphql';
import type { EntityFetch, Plan, RootFetch } from './plan.ts';
import { mapFetches } from './plan-fetches.ts';
import { PlanningError } from './planner.ts';
import { requireKeys } from './representation-keys.ts';
import { readSubgraphSchemas } from './subgraph-schemas.ts';

/** The plan, without representations that have no key. Throws PlanningError when a subgraph would refuse a fetch. */
export type CheckPlan = (plan: Plan) => Plan;

/** What planners are wrong about. The client's part of the operation has been validated before. */
const rules = [
  FieldsOnCorrectTypeRule,
  KnownArgumentNamesRule,
  KnownTypeNamesRule,
  OverlappingFieldsCanBeMergedRule,
  PossibleFragmentSpreadsRule,
  ScalarLeafsRule,
];

/** Throws when it is none. */
export function createPlanCheck(supergraphSdl: string): CheckPlan {
  const document = parse(supergraphSdl, { noLocation: true });
  const subgraphs = readSubgraphSchemas(document);
  const supergraph = buildASTSchema(document, { assumeValid: true });

  function check(fetch: RootFetch | EntityFetch): RootFetch | EntityFetch {
    const subgraph = subgraphs.get(fetch.subgraph);
    if (subgraph === undefined) throw new PlanningError('failed', 'a fetch from a subgraph that is none');
    const operation = parse(fetch.operation, { noLocation: true });
    // What is wrong is not told: names that the client gave are in it.
    if (validate(subgraph.schema, operation, rules, { maxErrors: 1 }).length > 0)
      throw new PlanningError('failed', `the plan has a fetch that ${fetch.subgraph} would refuse`);
    if (fetch.kind === 'RootFetch') return fetch;
    const groups = fetch.groups.map((group) => {
      const requires = requireKeys(group.requires, subgraph.keys, supergraph);
      if (requires.length === 0)
        throw new PlanningError('failed', `the plan has no key that ${fetch.subgraph} resolves`);
      return { ...group, requires };
    });
    return { ...fetch, groups };
  }

  return ({ node }) => ({ node: node && mapFetches(node, check) });
}
