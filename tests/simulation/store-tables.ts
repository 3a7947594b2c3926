/**
 * The message store's database in memory: what loading gives to deciding and writing takes back, as load.ts and write.ts of the store do
 * with Postgres. Used by SimulatedStore and read by the judge.
 */
import type { ChatEvent, CommandOutcome } from '#schema/generated/events.ts';
import type {
  BatchState,
  ConversationState,
  ParsedCommand,
  PeriodEnd,
  StoredMessage,
} from '../../subgraphs/storage/store/decide/state.ts';
import { createBatchState, messageKey, pairKey } from '../../subgraphs/storage/store/decide/state.ts';

export interface Period {
  readonly conversationId: string;
  readonly userId: string;
  readonly partition: number;
  readonly joinedEventSeq: number;
  readonly joinedLogSeq: number;
  left: PeriodEnd | null;
}

export interface PartitionTable {
  /** All that ever were, in log order. */
  readonly events: ChatEvent[];
  /** Number of the first that retention has left. */
  firstLogSeq: number;
}

export class StoreTables {
  readonly partitions: readonly PartitionTable[];
  readonly conversations = new Map<string, ConversationState>();
  readonly eventsOf = new Map<string, ChatEvent[]>();
  readonly messages = new Map<string, StoredMessage>();
  readonly periods: Period[] = [];
  readonly #messageIds = new Set<string>();
  readonly #handled = new Map<string, CommandOutcome | null>();

  constructor(partitions: number) {
    this.partitions = Array.from({ length: partitions }, () => ({ events: [], firstLogSeq: 1 }));
  }

  partition(partition: number): PartitionTable {
    const table = this.partitions[partition];
    if (table === undefined) throw new Error(`there is no partition ${partition}`);
    return table;
  }

  isMember(userId: string, conversationId: string): boolean {
    return this.conversations.get(conversationId)?.members.has(userId) === true;
  }

  /** The partition's events of the times in which the person was a member, joining and leaving included. */
  eventsFor(userId: string, partition: number): ChatEvent[] {
    const own = this.periods.filter((period) => period.userId === userId);
    return this.partition(partition).events.filter(({ conversationId, logSeq }) =>
      own.some(
        (period) =>
          period.conversationId === conversationId &&
          period.joinedLogSeq <= logSeq &&
          logSeq <= (period.left?.logSeq ?? Number.POSITIVE_INFINITY),
      ),
    );
  }

  /** Number of the oldest event of the conversation that is left, or the one after the last. */
  firstEventSeq(conversationId: string): number {
    const events = this.eventsOf.get(conversationId) ?? [];
    const first = events.find(({ partition, logSeq }) => logSeq >= this.partition(partition).firstLogSeq);
    return first?.eventSeq ?? events.length + 1;
  }

  /** What deciding these commands may ask for, as copies. */
  load(partition: number, nowMs: number, commands: readonly ParsedCommand[]): BatchState {
    const lastLogSeq = this.partition(partition).events.length;
    const state = createBatchState({ partition, nowMs, lastLogSeq });
    for (const { commandId, conversationId, viewerId: senderId, body } of commands) {
      const conversation = this.conversations.get(conversationId);
      if (conversation !== undefined && !state.conversations.has(conversationId)) {
        state.conversations.set(conversationId, copyConversation(conversation));
      }
      const handled = this.#handled.get(pairKey(conversationId, commandId));
      if (handled !== undefined) state.handled.set(pairKey(conversationId, commandId), handled);
      if (body.$case !== 'sendMessage') continue;
      const { clientMessageId, replyToId } = body.value;
      const key = messageKey({ conversationId, senderId, clientMessageId });
      const stored = this.findMessage(key);
      if (stored !== undefined) state.messages.set(key, stored);
      if (replyToId === undefined) continue;
      const pair = pairKey(conversationId, replyToId);
      if (this.#messageIds.has(pair)) state.messageIds.add(pair);
    }
    return state;
  }

  /** What the unique index of messages knows. */
  findMessage(key: string): StoredMessage | undefined {
    return this.messages.get(key);
  }

  /** All or nothing: throws before it has changed anything when a number or a key is taken. */
  write({ partition, changes }: BatchState): void {
    const log = this.partition(partition);
    for (const [index, { logSeq }] of changes.events.entries()) {
      if (logSeq !== log.events.length + index + 1) throw new Error(`event ${logSeq} is not the next one`);
    }
    for (const { message } of changes.messages) {
      if (this.findMessage(messageKey(message)) !== undefined)
        throw new Error(`message ${message.id} exists`);
    }
    for (const event of changes.events) {
      log.events.push(event);
      const ofConversation = this.eventsOf.get(event.conversationId) ?? [];
      ofConversation.push(event);
      this.eventsOf.set(event.conversationId, ofConversation);
    }
    for (const stored of changes.messages) {
      this.messages.set(messageKey(stored.message), stored);
      this.#messageIds.add(pairKey(stored.message.conversationId, stored.message.id));
    }
    for (const { conversationId, commandId, outcome } of changes.handled) {
      this.#handled.set(pairKey(conversationId, commandId), outcome);
    }
    for (const { conversationId, userId, end } of changes.closed) {
      const open = this.periods.find(
        (period) =>
          period.conversationId === conversationId && period.userId === userId && period.left === null,
      );
      if (open !== undefined) open.left = end;
    }
    for (const { conversationId, userId, joinedEventSeq, joinedLogSeq, left } of changes.opened) {
      this.periods.push({ conversationId, userId, partition, joinedEventSeq, joinedLogSeq, left });
    }
    const touched = new Set([...changes.created, ...changes.updated]);
    for (const { conversation } of changes.memberships.values()) touched.add(conversation);
    for (const conversation of touched) this.conversations.set(conversation.id, conversation);
  }
}

/** Periods that are open now were opened by an earlier batch. */
function copyConversation(conversation: ConversationState): ConversationState {
  const members = [...conversation.members].map(
    ([userId, member]) => [userId, { ...member, period: null }] as const,
  );
  return { ...conversation, members: new Map(members) };
}
