/** A log in memory, as the store keeps it, and the store's reading side over it, whose answers come as late as a test likes. For the unit tests of live/. */
import type { ChatEvent } from '#schema/generated/events.ts';
import { ChatEvent as ChatEventCodec } from '#schema/generated/events.ts';
import type { MessageStore } from '../../subgraphs/chat/message-store.ts';

/** Who joins and leaves. */
export const viewerId = 'ada';

/** What happens in the log: something is said, or the viewer joins or leaves. */
export interface Happening {
  readonly conversation: 0 | 1 | 2;
  readonly kind: 'said' | 'joined' | 'left';
}

/** The log as the store keeps it: conversation c lives in partition c % 2. */
export class MemoryLog {
  readonly events: ChatEvent[] = [];
  readonly members = new Set<string>();

  commit({ conversation, kind }: Happening): ChatEvent {
    const conversationId = `c${conversation}`;
    const partition = conversation % 2;
    const event = ChatEventCodec.fromPartial({
      conversationId,
      partition,
      eventSeq: this.#count((other) => other.conversationId === conversationId) + 1,
      logSeq: this.#count((other) => other.partition === partition) + 1,
      ...(kind === 'said'
        ? { body: { $case: 'messageDeleted', value: { messageId: 'm', seq: 1 } } }
        : {
            body: { $case: kind === 'joined' ? 'memberJoined' : 'memberLeft', value: { userId: viewerId } },
          }),
    });
    this.events.push(event);
    if (kind === 'joined') this.members.add(conversationId);
    if (kind === 'left') this.members.delete(conversationId);
    return event;
  }

  /** Everything that a member may see, from joining to leaving. */
  visible(): ChatEvent[] {
    const joined = new Set<string>();
    return this.events.filter(({ body, conversationId }) => {
      if (body?.$case === 'memberJoined') joined.add(conversationId);
      const isVisible = joined.has(conversationId);
      if (body?.$case === 'memberLeft') joined.delete(conversationId);
      return isVisible;
    });
  }

  tops(): Map<number, number> {
    return new Map(
      [0, 1].map((partition) => [partition, this.#count((event) => event.partition === partition)]),
    );
  }

  #count(matches: (event: ChatEvent) => boolean): number {
    return this.events.filter(matches).length;
  }
}

/** The store's reading side; each answer is late by one step of the schedule. */
export function createStore(log: MemoryLog, late: (what: string) => Promise<void>): MessageStore {
  const store: Partial<MessageStore> = {
    async readConversationTop({ conversationId }) {
      await late('ask for top');
      const eventSeq = log.events.filter((event) => event.conversationId === conversationId).length;
      await late('top');
      return { eventSeq, firstEventSeq: 1, logEpoch: 'epoch' };
    },
    async *replay({ conversationId, afterEventSeq = 0, upToEventSeq = 0 }) {
      const events = log.events.filter(
        (event) =>
          event.conversationId === conversationId &&
          event.eventSeq > afterEventSeq &&
          event.eventSeq <= upToEventSeq,
      );
      for (const event of events) {
        await late('replay');
        yield { events: [event] };
      }
    },
    async readInboxTop() {
      await late('ask for tops');
      const partitions = [...log.tops()].map(([partition, logSeq]) => ({
        partition,
        logSeq,
        firstLogSeq: 1,
      }));
      const conversationIds = [...log.members];
      await late('tops');
      return { logEpoch: 'epoch', partitions, conversationIds };
    },
    async *replayInbox({ ranges = [] }) {
      const events = log.visible().filter((event) =>
        ranges.some(({ partition, afterLogSeq = 0, upToLogSeq = 0 }) => {
          return event.partition === partition && event.logSeq > afterLogSeq && event.logSeq <= upToLogSeq;
        }),
      );
      for (const event of events) {
        await late('replay');
        yield { events: [event] };
      }
    },
  };
  return store as MessageStore;
}
