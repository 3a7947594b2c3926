/**
 * SEND: the partition of chat.commands that a conversation's commands go to. It is stored with the
 * conversation and never changes, so it is cached.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ConversationId } from '#schema/ids.ts';
import type { MessageStore } from '../message-store.ts';
import { toReadError } from '../message-store.ts';

export interface Routes {
  /** Null: there is no such conversation. */
  find(conversationId: ConversationId): Promise<number | null>;
  /** Where a conversation is or will be. */
  choose(conversationId: ConversationId): Promise<number>;
}

const routesMax = 100_000;

/** `partitions`: how many the topic really has. */
export function createRoutes({
  store,
  partitions,
}: {
  store: Pick<MessageStore, 'readRoute'>;
  partitions: number;
}): Routes {
  const known = new LRUCache<ConversationId, number>({ max: routesMax });

  async function find(conversationId: ConversationId): Promise<number | null> {
    const cached = known.get(conversationId);
    if (cached !== undefined) return cached;
    const { partition } = await store.readRoute({ conversationId }).catch((error: unknown) => {
      throw toReadError(error);
    });
    if (partition === undefined) return null;
    known.set(conversationId, partition);
    return partition;
  }

  return {
    find,
    choose: async (conversationId) => (await find(conversationId)) ?? hash(conversationId) % partitions,
  };
}

/**
 * The same in every process: two who create one conversation at once meet in one partition, unless one of the processes started before there
 * were more of them. Then the store makes one conversation of the two.
 */
function hash(conversationId: ConversationId): number {
  return createHash('sha256').update(conversationId).digest().readUInt32BE(0);
}
