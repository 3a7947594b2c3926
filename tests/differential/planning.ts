/** Plans as the gateway makes them, for one world after the other, from a process that may end. Asked by world.ts, one question at a time. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Plan } from '#gateway/queries/planning/plan.ts';
import type { PlanRequest } from '#gateway/queries/planning/planner.ts';
import { PlanningError } from '#gateway/queries/planning/planner.ts';
import type { SupergraphFacts } from '#gateway/queries/planning/supergraph-facts.ts';

export type PlanningQuestion =
  | { readonly kind: 'supergraph'; readonly sdl: string }
  | { readonly kind: 'plan'; readonly request: PlanRequest; readonly withoutHive: boolean };

export type PlanningAnswer =
  | { readonly kind: 'ready'; readonly facts: SupergraphFacts }
  | { readonly kind: 'plan'; readonly plan: Plan; readonly by: Planned['by'] }
  | { readonly kind: 'failed'; readonly message: string };

export interface Planned {
  readonly plan: Plan;
  /** Or in parts, where both are wrong. */
  readonly by: 'Hive' | 'Apollo' | 'parts';
  /** Has Hive's planner ended its process over the operation? */
  readonly isAfterCrash: boolean;
}

/** One process at a time. */
export class PlanningProcess implements AsyncDisposable {
  #child: ChildProcess | null = null;
  #supergraphSdl: string | null = null;

  /** Throws PlanningError. */
  async plan(supergraphSdl: string, request: PlanRequest): Promise<Planned> {
    let isAfterCrash = false;
    for (;;) {
      if (this.#child === null || this.#supergraphSdl !== supergraphSdl) {
        await this.#ask({ kind: 'supergraph', sdl: supergraphSdl });
        this.#supergraphSdl = supergraphSdl;
      }
      const answer = await this.#ask({ kind: 'plan', request, withoutHive: isAfterCrash });
      if (answer?.kind === 'plan') return { plan: answer.plan, by: answer.by, isAfterCrash };
      if (answer !== null) throw new PlanningError('failed', 'the planner answered something else');
      if (isAfterCrash) throw new PlanningError('failed', 'the planner has ended its process twice');
      isAfterCrash = true;
    }
  }

  /** Null when the process has ended instead. */
  async #ask(question: PlanningQuestion): Promise<Exclude<PlanningAnswer, { kind: 'failed' }> | null> {
    const child = this.#child ?? this.#start();
    const settled = new AbortController();
    const { signal } = settled;
    const answered = once(child, 'message', { signal });
    const ended = once(child, 'exit', { signal });
    for (const one of [answered, ended]) one.catch(() => undefined);
    child.send(question);
    const [answer] = (await Promise.race([answered, ended.then(() => [null])])) as [PlanningAnswer | null];
    settled.abort();
    if (answer === null) this.#child = null;
    if (answer?.kind === 'failed') throw new PlanningError('failed', answer.message);
    return answer;
  }

  #start(): ChildProcess {
    const file = new URL('./planning-process.ts', import.meta.url);
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
