/** Hive's planner in a process of its own: there are operations on which it ends its process. Started by isolated-planner.ts. */
import { createHivePlanner } from '#gateway/queries/hive-planner.ts';
import type { QueryPlanner } from '#gateway/queries/planner.ts';
import type { PlannerAnswer, PlannerQuestion } from './isolated-planner.ts';

let planner: QueryPlanner | null = null;

async function answer(question: PlannerQuestion): Promise<PlannerAnswer> {
  try {
    if (question.kind === 'supergraph') {
      planner = createHivePlanner(question.sdl, { timeoutMs: 60_000, waitingMax: 1 });
      return { kind: 'ready' };
    }
    if (planner === null) throw new Error('no supergraph yet');
    const { text, operationName } = question;
    return { kind: 'plan', plan: await planner.plan({ text, operationName, activeOverrides: new Set() }) };
  } catch (error) {
    return { kind: 'failed', message: String(error) };
  }
}

process.on('message', (question: PlannerQuestion) => {
  answer(question).then(
    (said) => process.send?.(said),
    () => process.exit(1),
  );
});
