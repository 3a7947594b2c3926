/**
 * SEND: what became of the commands that this process has sent. Mutations wait here; live/event-feed.ts
 * reports what it sees on chat.events. Pure.
 */
import { overloaded } from '#platform/graphql-errors.ts';
import type { ChatEvent, CommandOutcome, CommandRejected, Message } from '#schema/generated/events.ts';

export type Outcome =
  /** Stored; the last event it caused. */
  | { readonly kind: 'applied'; readonly event: ChatEvent }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'replayed'; readonly message: Message; readonly eventSeq: number }
  | { readonly kind: 'rejected'; readonly rejection: CommandRejected };

interface Expectation extends Disposable {
  readonly outcome: Promise<Outcome>;
}

export interface Outcomes {
  /** Waits until it is disposed; call it before the command leaves. Throws OVERLOADED when too many wait. */
  expect(commandId: string): Expectation;
  noteEvent(event: ChatEvent): void;
  noteOutcome(outcome: CommandOutcome): void;
}

const retryAfterMs = 1_000;

export function createOutcomes({ waitersMax }: { readonly waitersMax: number }): Outcomes {
  const waiters = new Map<string, (outcome: Outcome) => void>();
  return {
    expect(commandId) {
      if (waiters.size >= waitersMax) throw overloaded(retryAfterMs);
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      waiters.set(commandId, resolve);
      return { outcome: promise, [Symbol.dispose]: () => void waiters.delete(commandId) };
    },
    noteEvent(event) {
      if (event.completesCommand) waiters.get(event.commandId)?.({ kind: 'applied', event });
    },
    noteOutcome({ commandId, result }) {
      const settle = waiters.get(commandId);
      const outcome = result === undefined ? null : toOutcome(result);
      if (outcome !== null) settle?.(outcome);
    },
  };
}

function toOutcome(result: NonNullable<CommandOutcome['result']>): Outcome | null {
  switch (result.$case) {
    case 'unchanged':
      return { kind: 'unchanged' };
    case 'replayed': {
      const { message, eventSeq } = result.value;
      return message === undefined ? null : { kind: 'replayed', message, eventSeq };
    }
    case 'rejected':
      return { kind: 'rejected', rejection: result.value };
    default:
      return result satisfies never;
  }
}
