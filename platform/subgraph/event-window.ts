/**
 * LIVE: a bound on the events of one operation that are under way between a subgraph and a gateway, which many operations share one socket for: the
 * gateway says in `extensions.eventsUnderWayMax` how many it takes, and tells by pongs, which graphql-transport-ws lets anybody send, how many have
 * gone on to its clients. A stream that is at the bound waits and reads on from the store later; the others on the socket do not notice.
 * Used by subscription.ts here and by the gateway's upstream-connection.ts. A subgraph that does not know it just sends.
 */

/** Payload of the pong: by operation, how many more have been taken. */
export interface TakenEvents {
  readonly taken: Readonly<Record<string, number>>;
}

/** What a pong tells; empty when it is about something else. */
export function readTakenEvents(payload: Readonly<Record<string, unknown>>): [id: string, count: number][] {
  const { taken } = payload;
  if (typeof taken !== 'object' || taken === null) return [];
  return Object.entries(taken).filter(
    (entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && Number(entry[1]) > 0,
  );
}

/** The bound that an operation asks for; without one there is none. */
export function readEventsUnderWayMax(
  extensions: Readonly<Record<string, unknown>> | null | undefined,
): number {
  const asked = extensions?.eventsUnderWayMax;
  return Number.isSafeInteger(asked) && Number(asked) > 0 ? Number(asked) : Number.POSITIVE_INFINITY;
}

export class EventWindow {
  readonly #eventsMax: number;
  #room: number;
  #wake: (() => void) | null = null;

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax;
    this.#room = eventsMax;
  }

  /** May one more be sent at once? */
  get hasRoom(): boolean {
    return this.#room > 0;
  }

  /** One more event is under way. */
  noteSent(): void {
    this.#room -= 1;
  }

  /** So many more have been taken at the other end. */
  noteTaken(count: number): void {
    this.#room = Math.min(this.#room + count, this.#eventsMax);
    if (this.hasRoom) this.open();
  }

  /** Resolves when one more may be sent; null when it may be at once. One waits at a time. */
  opened(): Promise<void> | null {
    if (this.hasRoom) return null;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Lets go whoever waits. */
  open(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
