/**
 * SEND, on a socket: mutations run one after another in the order in which they came, so that what a client sends without waiting for answers is
 * stored in that order; side by side they would overtake each other on the way to the copies of a subgraph. Used by websocket.ts.
 */
import { overloaded } from '#platform/graphql-errors.ts';

export interface MutationTurns {
  /** Runs it after all that were given before. Rejects with OVERLOADED, and does not run it, when its turn comes too late. */
  take<Result>(run: () => Promise<Result>): Promise<Result>;
}

const retryAfterMs = 1_000;

/** Of one socket; `waitMaxMs` is how long a mutation may wait for those before it. */
export function createMutationTurns(waitMaxMs: number): MutationTurns {
  let last: Promise<void> = Promise.resolve();
  return {
    take(run) {
      const lateAt = performance.now() + waitMaxMs;
      const turn = last.then(() => {
        if (performance.now() > lateAt) throw overloaded(retryAfterMs);
        return run();
      });
      last = turn.then(
        () => undefined,
        () => undefined,
      );
      return turn;
    },
  };
}
