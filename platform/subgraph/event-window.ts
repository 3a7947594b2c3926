/**
 * LIVE: a bound on the events of one operation that are under way between a subgraph and a gateway, which many operations share one socket for: the
 * gateway says in `extensions.eventsUnderWayMax` how many it takes, and tells by pongs, which graphql-transport-ws lets anybody send, how many have
 * gone on to the client. A stream that is at the bound waits and reads on from the store later; the others on the socket do not notice.
 * Used by websocket.ts here and by the gateway's subscriptions/upstream.ts. A subgraph that does not know it just sends.
 */

export interface EventWindow<Event> {
  /** The events, none beyond the bound. */
  readonly stream: AsyncIterableIterator<Event>;
  /** So many more have been taken at the other end. */
  noteTaken(count: number): void;
}

/** Payload of the pong that tells of one operation. */
export interface TakenEvents {
  readonly operationId: string;
  readonly taken: number;
}

/** The payload, or null when the pong is about something else. */
export function readTakenEvents(payload: Readonly<Record<string, unknown>> | undefined): TakenEvents | null {
  const { operationId, taken } = payload ?? {};
  return typeof operationId === 'string' && Number.isSafeInteger(taken) && Number(taken) > 0
    ? { operationId, taken: Number(taken) }
    : null;
}

/** The bound that an operation asks for; null when it asks for none. */
export function readEventsUnderWayMax(
  extensions: Readonly<Record<string, unknown>> | null | undefined,
): number | null {
  const asked = extensions?.eventsUnderWayMax;
  return Number.isSafeInteger(asked) && Number(asked) > 0 ? Number(asked) : null;
}

/** One next() at a time, which is how `for await` reads. `return()` answers at once, also while a next() waits. */
export function createEventWindow<Event>(
  source: AsyncIterableIterator<Event>,
  eventsUnderWayMax: number,
): EventWindow<Event> {
  let room = eventsUnderWayMax;
  let isOver = false;
  let wake: (() => void) | null = null;

  async function next(): Promise<IteratorResult<Event>> {
    while (room <= 0 && !isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (isOver) return { done: true, value: undefined };
    room -= 1;
    return source.next();
  }

  return {
    noteTaken: (count) => {
      room = Math.min(room + count, eventsUnderWayMax);
      wake?.();
    },
    stream: {
      next,
      return: async () => {
        isOver = true;
        wake?.();
        return (await source.return?.()) ?? { done: true, value: undefined };
      },
      throw: async (error: unknown) => {
        isOver = true;
        wake?.();
        await source.return?.();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
