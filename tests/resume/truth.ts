/** What happened, as one careful reader saw it and history confirms: the one thing that every resumed stream is compared with. Used by random-resumes.test.ts. */
import assert from 'node:assert/strict';
import type { Account } from '#tests/harness/accounts.ts';
import type { Stream, StreamItem } from '#tests/harness/client.ts';
import { openStream } from '#tests/harness/client.ts';
import { inboxEventsDocument, readHistory } from '#tests/harness/conversations.ts';

/** An event as conversationEvents and, inside InboxEvent, inboxEvents show it. */
export interface SeenEvent extends StreamItem {
  readonly eventSeq: number;
  readonly conversation: { readonly id: string };
  readonly message?: { readonly seq: number; readonly text: string };
}

export interface InboxPoint {
  readonly cursor: string;
  readonly event: SeenEvent;
  /** Last eventSeq by conversation, with this event. */
  readonly lastSeqs: ReadonlyMap<string, number>;
}

const waitMs = 60_000;

/** Everything a member's inbox has shown. */
export class Truth implements AsyncDisposable {
  readonly #stream: Stream;
  readonly #points: InboxPoint[] = [];
  readonly #events = new Map<string, SeenEvent[]>();
  readonly #isWhole: boolean;
  #read = 0;

  /** Whole when the viewer has seen all of their conversations begin. */
  constructor(urls: readonly string[], viewer: Account, options: { readonly isWhole: boolean }) {
    this.#isWhole = options.isWhole;
    this.#stream = openStream({
      urls,
      document: inboxEventsDocument,
      variables: { after: null },
      token: () => viewer.accessToken,
    });
  }

  /** From here on nothing is missed. */
  async started(): Promise<void> {
    await this.#stream.waitFor('InboxCaughtUp', (items) => items.length > 0);
  }

  /** Of the moment at which it started. */
  startCursor(): string {
    return this.#stream.items[0]?.cursor ?? '';
  }

  async waitForCount(events: number): Promise<void> {
    await this.#stream.waitFor(`${events} events`, (items) => items.length > events, waitMs);
  }

  async waitFor(conversationId: string, eventSeq: number): Promise<void> {
    const hasCome = () => this.events(conversationId).length >= eventSeq;
    await this.#stream.waitFor(`event ${eventSeq} of ${conversationId}`, hasCome, waitMs);
  }

  /** In the order of the inbox. */
  points(): readonly InboxPoint[] {
    for (const item of this.#stream.items.slice(this.#read)) {
      this.#read += 1;
      if (item.__typename !== 'InboxEvent') continue;
      const event = item.event as SeenEvent;
      const { id } = event.conversation;
      const events = this.#events.get(id) ?? [];
      if (this.#isWhole)
        assert.equal(event.eventSeq, events.length + 1, 'the inbox itself has a hole or a repeat');
      events.push(event);
      this.#events.set(id, events);
      const lastSeqs = new Map(this.#points.at(-1)?.lastSeqs).set(id, event.eventSeq);
      this.#points.push({ cursor: item.cursor ?? '', event, lastSeqs });
    }
    return this.#points;
  }

  /** Of one conversation; eventSeq is the index and one. */
  events(conversationId: string): readonly SeenEvent[] {
    this.points();
    return this.#events.get(conversationId) ?? [];
  }

  /** History has exactly the messages that were seen. */
  async checkHistory(url: string, viewer: Account, conversationId: string): Promise<void> {
    const history = await readHistory(url, viewer, conversationId);
    const seen = this.events(conversationId).flatMap(({ message }) => message ?? []);
    assert.deepEqual(
      seen.map(({ seq, text }) => [seq, text]),
      history.map(({ seq, text }) => [seq, text]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream[Symbol.asyncDispose]();
  }
}
