/**
 * Who is a member of what, for what is not decided by the store: typing, and sends that don't wait for it.
 * Short-lived answers of the store.
 */
import { LRUCache } from 'lru-cache';
import { ClientError, Status } from 'nice-grpc';
import type { MessageStore } from '../message-store.ts';
import { toReadError } from '../message-store.ts';

export interface Memberships {
  /**
   * A yes is not older than 2 s, a no is of now: who was just added is let in. Throws SERVICE_UNAVAILABLE.
   */
  isMember(viewerId: string, conversationId: string): Promise<boolean>;
  /** An answer that was not given before the call, for who has begun to watch for a leaving. Throws as isMember. */
  isMemberNow(viewerId: string, conversationId: string): Promise<boolean>;
}

const answersMax = 50_000;
const freshMs = 2_000;

export function createMemberships(store: Pick<MessageStore, 'readConversationTop'>): Memberships {
  const answers = new LRUCache<string, Promise<boolean>>({ max: answersMax, ttl: freshMs });
  return {
    isMember(viewerId, conversationId) {
      const key = `${viewerId}/${conversationId}`;
      const known = answers.get(key);
      if (known !== undefined) return known;
      const answer = ask(store, viewerId, conversationId);
      answers.set(key, answer);
      const forget = () => void answers.delete(key);
      answer.then((isMember) => (isMember ? undefined : forget()), forget);
      return answer;
    },
    isMemberNow: (viewerId, conversationId) => ask(store, viewerId, conversationId),
  };
}

async function ask(
  store: Pick<MessageStore, 'readConversationTop'>,
  viewerId: string,
  conversationId: string,
): Promise<boolean> {
  try {
    await store.readConversationTop({ viewerId, conversationId });
    return true;
  } catch (error) {
    if (error instanceof ClientError && error.code === Status.NOT_FOUND) return false;
    throw toReadError(error);
  }
}
