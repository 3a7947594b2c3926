/**
 * HISTORY and SEND: what turns an operation into a plan, one for each supergraph. The compiler asks it; planner-process.ts is it.
 */
import type { Plan } from './plan.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

export interface QueryPlanner extends AsyncDisposable {
  readonly facts: SupergraphFacts;
  /**
   * The operation must be valid, its names protected (client-keys.ts), and its root must not ask for __schema or __type, which no subgraph answers.
   * Throws PlanningError.
   */
  plan(request: PlanRequest): Promise<Plan>;
}

export interface PlanRequest {
  /** The document. */
  readonly text: string;
  /** Null when the document has one operation. */
  readonly operationName: string | null;
  /** Those of the supergraph's overrideLabels that are on, from selectOverrides: the plan depends on them. */
  readonly activeOverrides: readonly string[];
}

/** `timeout`: took longer than allowed. `busy`: too many wait. `failed`: can't be planned, or there is no planner any more. */
export type PlanningFailure = 'timeout' | 'busy' | 'failed';

/** There is no plan. */
export class PlanningError extends Error {
  override readonly name = 'PlanningError';
  readonly reason: PlanningFailure;

  constructor(reason: PlanningFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
