/** Hive's planner, which may end its process without taking this one along. Asked by world.ts, one question at a time. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Plan } from '#gateway/queries/plan.ts';
import type { QueryPlanner } from '#gateway/queries/planner.ts';
import { PlanningError } from '#gateway/queries/planner.ts';

export type PlannerQuestion =
  | { readonly kind: 'supergraph'; readonly sdl: string }
  | { readonly kind: 'plan'; readonly text: string; readonly operationName: string | null };

export type PlannerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'failed'; readonly message: string };

/** What the planner does to its process when it meets something it does not expect. */
export const plannerEnded = 'the planner has ended its process';

/** One process for any number of supergraphs, started again when it has ended. */
export class PlannerProcess implements AsyncDisposable {
  #child: ChildProcess | null = null;
  #supergraphSdl: string | null = null;

  /** Throws PlanningError. */
  async plan(supergraphSdl: string, text: string, operationName: string | null): Promise<Plan> {
    if (this.#child === null || this.#supergraphSdl !== supergraphSdl) {
      await this.#ask({ kind: 'supergraph', sdl: supergraphSdl });
      this.#supergraphSdl = supergraphSdl;
    }
    const answer = await this.#ask({ kind: 'plan', text, operationName });
    if (answer.kind !== 'plan') throw new Error('the planner answered something else');
    return answer.plan;
  }

  async #ask(question: PlannerQuestion): Promise<Exclude<PlannerAnswer, { kind: 'failed' }>> {
    const child = this.#child ?? this.#start();
    const settled = new AbortController();
    const { signal } = settled;
    const answered = once(child, 'message', { signal });
    const ended = once(child, 'exit', { signal });
    for (const one of [answered, ended]) one.catch(() => undefined);
    child.send(question);
    const [answer] = (await Promise.race([answered, ended.then(() => [null])])) as [PlannerAnswer | null];
    settled.abort();
    if (answer === null) {
      this.#child = null;
      throw new PlanningError('failed', plannerEnded);
    }
    if (answer.kind === 'failed') throw new PlanningError('failed', answer.message);
    return answer;
  }

  #start(): ChildProcess {
    const file = new URL('./planner-process.ts', import.meta.url);
    const child = fork(file, { serialization: 'json', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#child = child;
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.disconnect();
    await ended;
  }
}

export function createIsolatedPlanner(supergraphSdl: string, planners: PlannerProcess): QueryPlanner {
  return {
    overrideLabels: [],
    plan: ({ text, operationName }) => planners.plan(supergraphSdl, text, operationName),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
