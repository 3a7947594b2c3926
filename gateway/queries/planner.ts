/**
 * HISTORY and SEND: what turns an operation into a plan, one for each supergraph. The compiler asks it, hive-planner.ts is it; apollo-plan.ts has the
 * plans of the other planner, which subscriptions use.
 */
import type { Plan } from './plan.ts';

export interface QueryPlanner extends AsyncDisposable {
  /** Labels of progressive `@override` in the supergraph, `percent(5)` and the like among them. The plan depends on which are active. */
  readonly overrideLabels: readonly string[];
  /**
   * The operation must be valid, and its root must not ask for __schema or __type, which no subgraph answers.
   * Throws PlanningError.
   */
  plan(request: PlanRequest): Promise<Plan>;
}

export interface PlanRequest {
  /** The document. */
  readonly text: string;
  /** Null when the document has one operation. */
  readonly operationName: string | null;
  /** Those of overrideLabels that are on, from selectOverrides. */
  readonly activeOverrides: ReadonlySet<string>;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** `timeout`: took longer than allowed. `busy`: too many wait. `aborted`: by the signal or because the planner was disposed. `failed`: by its own account. */
export type PlanningFailure = 'timeout' | 'busy' | 'aborted' | 'failed';

/** There is no plan. */
export class PlanningError extends Error {
  override readonly name = 'PlanningError';
  readonly reason: PlanningFailure;

  constructor(reason: PlanningFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
