/** What the gateway and its planner's process say to each other, in JSON. */
import type { Plan } from './plan.ts';
import type { PlanRequest } from './planner.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/** The first message is the supergraph, every other an operation, sent when the one before was answered. */
export type ToPlanner = { readonly supergraphSdl: string } | ToPlan;

export interface ToPlan {
  readonly operation: PlanRequest;
  /** It stopped Hive's planner. */
  readonly withoutHive: boolean;
}

export type FromPlanner =
  | { readonly kind: 'ready'; readonly facts: SupergraphFacts }
  /** The operation needs the other planner, which has to read the supergraph first: another `ready` comes before the answer. */
  | { readonly kind: 'loading' }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly message: string };
