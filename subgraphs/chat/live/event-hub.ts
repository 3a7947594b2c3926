/**
 * LIVE: who gets an event. Conversation -> buffers of its streams and of its members' inboxes; viewer ->
 * inboxes, which follow their MemberJoined and MemberLeft in log order. Pure and synchronous. Filled by
 * event-feed.ts, asked by the stream sources.
 */
import type { ResyncReason } from '#schema/generated/chat_resolvers.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import type { Arrival, LiveBuffer } from './live-buffer.ts';
import type { Position } from './position.ts';
import { RecentEvents } from './recent-events.ts';

interface Inbox {
  readonly viewerId: string;
  readonly conversationIds: Set<string>;
}

/** Told of each event of a conversation. It must not throw. */
export type Watcher = (event: ChatEvent) => void;

export class EventHub {
  /**
   * Partition -> logSeq of the last event dispatched; replaced, never changed, so that arrivals can keep it.
   */
  #seen: Position = new Map();
  readonly #recent = new Map<number, RecentEvents>();
  readonly #buffers = new Index<LiveBuffer>();
  readonly #watchers = new Index<Watcher>();
  readonly #inboxes = new Map<LiveBuffer, Inbox>();
  readonly #inboxesOfViewer = new Index<LiveBuffer>();

  /** logSeq of the last event dispatched in the partition; 0 before the first. */
  lastLogSeq(partition: number): number {
    return this.#seen.get(partition) ?? 0;
  }

  /** Takes the next event of its partition. */
  dispatch(event: ChatEvent, bytes: number): void {
    this.#seen = new Map(this.#seen).set(event.partition, event.logSeq);
    const arrival = { event, bytes, seen: this.#seen };
    this.#recentOf(event.partition).add(arrival);
    const memberId = memberOf(event, 'memberJoined');
    if (memberId !== null)
      this.#forEachInbox(memberId, (buffer) => this.#follow(buffer, event.conversationId));
    for (const buffer of this.#buffers.get(event.conversationId)) buffer.offer(arrival);
    const leaverId = memberOf(event, 'memberLeft');
    if (leaverId !== null)
      this.#forEachInbox(leaverId, (buffer) => this.#unfollow(buffer, event.conversationId));
    for (const watcher of this.#watchers.get(event.conversationId)) watcher(event);
  }

  /** Events of the conversation go to the buffer from now on. */
  attachConversation(buffer: LiveBuffer, conversationId: string): void {
    this.#buffers.add(conversationId, buffer);
  }

  detachConversation(buffer: LiveBuffer, conversationId: string): void {
    this.#buffers.delete(conversationId, buffer);
  }

  /**
   * Every event above `top` of the viewer's conversations goes to the buffer, also what was dispatched since
   * the top was read. False, and nothing is attached, when that is more than is remembered.
   */
  attachInbox(
    buffer: LiveBuffer,
    inbox: { readonly viewerId: string; readonly conversationIds: readonly string[]; readonly top: Position },
  ): boolean {
    const passed: Arrival[] = [];
    for (const [partition, lastLogSeq] of this.#seen) {
      const recent = this.#recentOf(partition).after(inbox.top.get(partition) ?? 0, lastLogSeq);
      if (recent === null) return false;
      passed.push(...recent);
    }
    this.#inboxes.set(buffer, { viewerId: inbox.viewerId, conversationIds: new Set() });
    this.#inboxesOfViewer.add(inbox.viewerId, buffer);
    for (const conversationId of inbox.conversationIds) this.#follow(buffer, conversationId);
    for (const arrival of passed) this.#offerPassed(buffer, inbox.viewerId, arrival);
    return true;
  }

  detachInbox(buffer: LiveBuffer): void {
    const inbox = this.#inboxes.get(buffer);
    if (inbox === undefined) return;
    for (const conversationId of inbox.conversationIds) this.#buffers.delete(conversationId, buffer);
    this.#inboxesOfViewer.delete(inbox.viewerId, buffer);
    this.#inboxes.delete(buffer);
  }

  /** Calls back for each event of the conversation; returns how to stop that. */
  watch(conversationId: string, watcher: Watcher): () => void {
    this.#watchers.add(conversationId, watcher);
    return () => this.#watchers.delete(conversationId, watcher);
  }

  /** A part of the log is lost for everybody who can't see a hole by themselves. */
  breakInboxes(reason: ResyncReason): void {
    for (const buffer of this.#inboxes.keys()) buffer.breakOff(reason);
  }

  /** Begins anew at `seen`, for another log or at the start. */
  restart(seen: Position): void {
    for (const buffer of this.#buffers.values()) buffer.breakOff('LOG_REPLACED');
    this.breakInboxes('LOG_REPLACED');
    for (const recent of this.#recent.values()) recent.clear();
    this.#seen = new Map(seen);
  }

  /** One arrival of the past, for one inbox alone. */
  #offerPassed(buffer: LiveBuffer, viewerId: string, arrival: Arrival): void {
    const { event } = arrival;
    if (memberOf(event, 'memberJoined') === viewerId) this.#follow(buffer, event.conversationId);
    if (this.#inboxes.get(buffer)?.conversationIds.has(event.conversationId) !== true) return;
    // Of the other partitions, later events than this one may still follow.
    buffer.offer({ ...arrival, seen: new Map([[event.partition, event.logSeq]]) });
    if (memberOf(event, 'memberLeft') === viewerId) this.#unfollow(buffer, event.conversationId);
  }

  #follow(buffer: LiveBuffer, conversationId: string): void {
    this.#inboxes.get(buffer)?.conversationIds.add(conversationId);
    this.#buffers.add(conversationId, buffer);
  }

  #unfollow(buffer: LiveBuffer, conversationId: string): void {
    this.#inboxes.get(buffer)?.conversationIds.delete(conversationId);
    this.#buffers.delete(conversationId, buffer);
  }

  #forEachInbox(viewerId: string, visit: (buffer: LiveBuffer) => void): void {
    for (const buffer of this.#inboxesOfViewer.get(viewerId)) visit(buffer);
  }

  #recentOf(partition: number): RecentEvents {
    const recent = this.#recent.get(partition) ?? new RecentEvents();
    this.#recent.set(partition, recent);
    return recent;
  }
}

/** The person whom a joining or leaving is about, else null. */
export function memberOf(event: ChatEvent, kind: 'memberJoined' | 'memberLeft'): string | null {
  return event.body?.$case === kind ? event.body.value.userId : null;
}

/** Sets by key; a key without members takes no memory. */
class Index<Member> {
  readonly #sets = new Map<string, Set<Member>>();

  get(key: string): Iterable<Member> {
    return this.#sets.get(key) ?? [];
  }

  *values(): Iterable<Member> {
    for (const set of this.#sets.values()) yield* set;
  }

  add(key: string, member: Member): void {
    const set = this.#sets.get(key) ?? new Set();
    set.add(member);
    this.#sets.set(key, set);
  }

  delete(key: string, member: Member): void {
    const set = this.#sets.get(key);
    if (set?.delete(member) === true && set.size === 0) this.#sets.delete(key);
  }
}
