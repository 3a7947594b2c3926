/** The gateway's two planners in a process of their own: there are operations on which Hive's ends its process. Started by planning.ts, once for all worlds. */
import type { OperationPlanner } from '#gateway/queries/operation-planner.ts';
import { createOperationPlanner } from '#gateway/queries/operation-planner.ts';
import type { PlanningAnswer, PlanningQuestion } from './planning.ts';

let planner: OperationPlanner | null = null;

async function answer(question: PlanningQuestion): Promise<PlanningAnswer> {
  try {
    if (question.kind === 'supergraph') planner = createOperationPlanner(question.sdl);
    if (planner === null) throw new Error('no supergraph yet');
    if (question.kind === 'supergraph') return { kind: 'ready', facts: planner.facts };
    const { request, withoutHive } = question;
    const byHive = withoutHive ? null : planner.planByHive(request);
    if (byHive !== null) return { kind: 'plan', plan: byHive, by: 'Hive' };
    return { kind: 'plan', plan: (await planner.loadApollo())(request), by: 'Apollo' };
  } catch (error) {
    return { kind: 'failed', message: String(error) };
  }
}

process.on('message', (question: PlanningQuestion) => {
  answer(question).then(
    (said) => process.send?.(said),
    () => process.exit(1),
  );
});
