/** The gateway's two planners in a process of their own: there are operations on which Hive's ends its process. Started by planning.ts, once for all worlds. */
import type { OperationPlanner } from '#gateway/queries/planning/operation-planner.ts';
import { createOperationPlanner } from '#gateway/queries/planning/operation-planner.ts';
import type { Plan } from '#gateway/queries/planning/plan.ts';
import type { Planned, PlanningAnswer, PlanningQuestion } from './planning.ts';

let planner: OperationPlanner | null = null;

async function answer(question: PlanningQuestion): Promise<PlanningAnswer> {
  try {
    if (question.kind === 'supergraph') planner = createOperationPlanner(question.sdl);
    if (planner === null) throw new Error('no supergraph yet');
    if (question.kind === 'supergraph') return { kind: 'ready', facts: planner.facts };
    return { kind: 'plan', ...(await plan(planner, question)) };
  } catch (error) {
    return { kind: 'failed', message: String(error) };
  }
}

/** As planner-child.ts does it. */
async function plan(
  by: OperationPlanner,
  { request, withoutHive }: PlanningQuestion & { kind: 'plan' },
): Promise<{ readonly plan: Plan; readonly by: Planned['by'] }> {
  if (by.hasConflict(request)) return { plan: await by.planInParts(request), by: 'parts' };
  const byHive = withoutHive ? null : by.planByHive(request);
  if (byHive !== null) return { plan: byHive, by: 'Hive' };
  try {
    return { plan: (await by.loadApollo())(request), by: 'Apollo' };
  } catch {
    return { plan: await by.planInParts(request), by: 'parts' };
  }
}

process.on('message', (question: PlanningQuestion) => {
  answer(question).then(
    (said) => process.send?.(said),
    () => process.exit(1),
  );
});
