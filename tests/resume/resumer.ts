/** Resumes and judges them: many subscriptions on a few sockets, each from its own cursor until it is caught up and has seen live events. Used by the tests of this folder. */
import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { closeCodes } from '#schema/errors.ts';
import type { Account } from '#tests/harness/accounts.ts';
import type { StreamItem } from '#tests/harness/client.ts';
import { conversationEventsDocument, inboxEventsDocument } from '#tests/harness/conversations.ts';
import type { SeenEvent } from './truth.ts';

export interface Resume {
  /** Null for the inbox. */
  readonly conversationId: string | null;
  readonly cursor: string;
  /** Last eventSeq seen by conversation: what comes has to go on after it. */
  readonly seen: ReadonlyMap<string, number>;
  /** Has to be there when it is caught up. */
  readonly top: ReadonlyMap<string, number>;
  /** So many events, of all or of those after it was caught up. */
  readonly until: { readonly kind: 'live' | 'any'; readonly events: number };
  /** With what another subgraph has to add. */
  readonly withSender: boolean;
}

export interface ResumeResult {
  readonly events: readonly SeenEvent[];
  /** Empty when everything was as it must be. */
  readonly faults: readonly string[];
  /** Sockets that were closed meanwhile. */
  readonly reconnects: number;
}

const waitMs = 120_000;
const reconnectMs = 200;
/** Restarting, overloaded, and what a socket says that was cut. */
const passingCodes: ReadonlySet<number> = new Set([closeCodes.restarting, closeCodes.overloaded, 1006]);

const plainDocument = `subscription($conversationId: ID!, $after: EventCursor) {
  item: conversationEvents(conversationId: $conversationId, after: $after) {
    __typename
    ... on ConversationEvent { cursor eventSeq conversation { id } }
    ... on MessageCreated { message { seq text } }
    ... on CaughtUp { cursor }
    ... on ResyncRequired { reason }
  }
}`;

/** A socket for many operations, opened again by the first that needs it after a close. It repeats nothing by itself. */
export function openSocket(
  url: string,
  viewer: Account,
  onOpened: (socket: WebSocket) => void = () => undefined,
): Client {
  return createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    lazyCloseTimeout: 1_000,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${viewer.accessToken}` },
    on: { opened: (socket) => onOpened(socket as WebSocket) },
  });
}

/** Never rejects: what goes wrong is a fault. A socket that is closed for a restart or for overload is gone on from, as a client would. */
export function resume(client: Client, plan: Resume): Promise<ResumeResult> {
  return new ResumeRun(client, plan).result;
}

class ResumeRun {
  readonly #client: Client;
  readonly #plan: Resume;
  readonly #events: SeenEvent[] = [];
  readonly #faults: string[] = [];
  readonly #last: Map<string, number>;
  readonly #overdue: NodeJS.Timeout;
  readonly #finished = Promise.withResolvers<ResumeResult>();
  #cursor: string;
  #isCaughtUp = false;
  #isFinished = false;
  #live = 0;
  #reconnects = 0;
  #stop: () => void = () => undefined;

  constructor(client: Client, plan: Resume) {
    this.#client = client;
    this.#plan = plan;
    this.#last = new Map(plan.seen);
    this.#cursor = plan.cursor;
    this.#overdue = setTimeout(() => this.#finish(`nothing more in ${waitMs} ms`), waitMs);
    this.#subscribe();
  }

  get result(): Promise<ResumeResult> {
    return this.#finished.promise;
  }

  #subscribe(): void {
    const { conversationId, withSender } = this.#plan;
    const variables = { after: this.#cursor, ...(conversationId === null ? {} : { conversationId }) };
    const query =
      conversationId === null ? inboxEventsDocument : withSender ? conversationEventsDocument : plainDocument;
    this.#stop = this.#client.subscribe<{ item: StreamItem }>(
      { query, variables },
      {
        next: ({ data, errors }) => {
          if (errors !== undefined) this.#faults.push(`errors: ${JSON.stringify(errors)}`);
          if (data?.item) this.#take(data.item);
        },
        error: (error) => this.#onEnd(error),
        complete: () => this.#finish('completed by the server'),
      },
    );
  }

  #take(item: StreamItem): void {
    if (this.#isFinished) return;
    this.#cursor = item.cursor ?? this.#cursor;
    if (item.__typename === 'CaughtUp' || item.__typename === 'InboxCaughtUp') this.#noteCaughtUp();
    else if (item.__typename === 'ResyncRequired') this.#finish(`ResyncRequired ${item.reason}`);
    else this.#noteEvent((item.__typename === 'InboxEvent' ? item.event : item) as SeenEvent);
    const { kind, events } = this.#plan.until;
    const count = kind === 'live' ? this.#live : this.#events.length;
    if (this.#isCaughtUp && count >= events) this.#finish(null);
  }

  #noteCaughtUp(): void {
    for (const [id, seq] of this.#plan.top) {
      const last = this.#last.get(id) ?? 0;
      if (last < seq) this.#faults.push(`caught up at ${last}, below the top ${seq}`);
    }
    this.#isCaughtUp = true;
  }

  #noteEvent(event: SeenEvent): void {
    const { id } = event.conversation;
    const expected = (this.#last.get(id) ?? 0) + 1;
    if (event.eventSeq > expected) this.#faults.push(`hole: ${event.eventSeq} instead of ${expected}`);
    if (event.eventSeq < expected) this.#faults.push(`repeat: ${event.eventSeq} instead of ${expected}`);
    this.#last.set(id, Math.max(event.eventSeq, expected - 1));
    this.#events.push(event);
    if (this.#isCaughtUp) this.#live += 1;
  }

  #onEnd(error: unknown): void {
    const code = typeof error === 'object' && error !== null && 'code' in error ? Number(error.code) : null;
    const why = error instanceof Error ? error.message : JSON.stringify(error);
    if (code === null || !passingCodes.has(code)) {
      this.#finish(`ended with ${code ?? 'no code'}: ${why}`);
      return;
    }
    this.#reconnects += 1;
    setTimeout(() => this.#subscribe(), reconnectMs);
  }

  #finish(fault: string | null): void {
    // Stopping completes the operation at the client.
    if (this.#isFinished) return;
    this.#isFinished = true;
    clearTimeout(this.#overdue);
    if (fault !== null) this.#faults.push(`${fault}, after ${this.#events.length} events`);
    this.#finished.resolve({ events: this.#events, faults: this.#faults, reconnects: this.#reconnects });
    this.#stop();
  }
}

/** Runs so many tasks, a few at a time. */
export async function runAtATime(
  width: number,
  count: number,
  run: (task: { readonly index: number; readonly worker: number }) => Promise<void>,
): Promise<void> {
  let next = 0;
  const workers = Array.from({ length: width }, async (_, worker) => {
    for (let index = next++; index < count; index = next++) await run({ index, worker });
  });
  await Promise.all(workers);
}
