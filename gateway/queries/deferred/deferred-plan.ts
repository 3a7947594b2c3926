/**
 * HISTORY and SEND: a plan whose answer goes out in parts, compiled: the rest first, each deferred part when what it depends on is there. Made once per operation by
 * prepared-operation.ts, run by deferred-answer.ts; calls compiled-plan.ts.
 */
import { compilePlan } from '../execution/compiled-plan.ts';
import type { ConditionValues } from '../execution/conditions.ts';
import type { FetchOptions, RunNode } from '../execution/run-node.ts';
import type { DeferredNode, PlanNode } from '../planning/plan.ts';

export interface PlannedPart {
  readonly run: RunNode;
  /** That may be later than this one. */
  readonly deferred: readonly PlannedDeferral[];
}

export interface PlannedDeferral extends PlannedPart {
  readonly label: string;
  /** Ids of fetches of parts around it. */
  readonly dependsOn: readonly string[];
}

/** Null when nothing is deferred, whatever the conditions are. */
export function compileDeferral(
  node: PlanNode | null,
  options: FetchOptions,
): ((conditions: ConditionValues) => PlannedPart) | null {
  if (node?.kind === 'Defer') {
    const planned = compilePart(node, options);
    return () => planned;
  }
  if (node?.kind !== 'Condition') return null;
  const ifTrue = compileDeferral(node.ifTrue, options);
  const ifFalse = compileDeferral(node.ifFalse, options);
  return ifTrue === null && ifFalse === null
    ? null
    : (conditions) => (conditions.get(node.variable) ? ifTrue : ifFalse)?.(conditions) ?? nothingDeferred;
}

const nothingDeferred: PlannedPart = { run: () => undefined, deferred: [] };

function compilePart(node: PlanNode | null, options: FetchOptions): PlannedPart {
  if (node?.kind !== 'Defer') return { run: compilePlan(node, options), deferred: [] };
  const compileDeferred = ({ label, dependsOn, node: own }: DeferredNode) => ({
    ...{ label, dependsOn },
    ...compilePart(own, options),
  });
  return { run: compilePlan(node.primary, options), deferred: node.deferred.map(compileDeferred) };
}

/** All parts but the first. */
export function listDeferrals({ deferred }: PlannedPart): readonly PlannedDeferral[] {
  return deferred.flatMap((one) => [one, ...listDeferrals(one)]);
}
