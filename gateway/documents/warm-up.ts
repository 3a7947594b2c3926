/**
 * Documents that are listed or in use, checked and planned before somebody asks: at the start, with each new supergraph and with each new list.
 * Made by gateway.ts; what it calls plans subscriptions (operations.ts) and queries.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TrustedDocument } from './manifest.ts';

export interface WarmUpOptions {
  readonly documents: () => readonly TrustedDocument[];
  /** Each takes a text and throws, or rejects with, what is wrong with it; several problems as an AggregateError. */
  readonly steps: readonly ((text: string) => Promise<void> | void)[];
  /** Told of each document that does not fit. What it says can quote the text. */
  readonly onProblem: (id: string, problems: readonly string[]) => void;
}

/** Begins anew, a document in a turn of the event loop; what runs already is given up. Resolves at its end. */
export function createWarmUp({ documents, steps, onProblem }: WarmUpOptions): () => Promise<void> {
  let latest: object | null = null;
  return async () => {
    const run = {};
    latest = run;
    for (const { id, text } of documents()) {
      for (const step of steps) {
        await nextTurn();
        if (latest !== run) return;
        try {
          await step(text);
        } catch (error) {
          onProblem(id, describe(error));
          break;
        }
      }
    }
  };
}

function describe(error: unknown): readonly string[] {
  if (error instanceof AggregateError) return error.errors.flatMap(describe);
  return [error instanceof Error ? error.message : String(error)];
}
