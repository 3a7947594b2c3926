/** Who is in the simulated world, and where: three people, three conversations, two partitions. */
import type { ConversationId, UserId } from '#schema/ids.ts';
import { parseConversationId, parseUserId } from '#schema/ids.ts';

/** Owns every conversation and stays. */
export const ada = toUserId('usr_00000000000000000000000ada');
/** A member of every conversation for good. */
export const bob = toUserId('usr_00000000000000000000000b0b');
/** Comes and goes. */
export const cyd = toUserId('usr_00000000000000000000000cyd');

export const people = [ada, bob, cyd] as const;

export const conversations = [
  toConversationId('cnv_00000000000000000000000001'),
  toConversationId('cnv_00000000000000000000000002'),
  toConversationId('cnv_00000000000000000000000003'),
] as const;

/** The first and the third share a partition. */
export function partitionOf(conversationId: ConversationId): number {
  return conversationId === conversations[1] ? 1 : 0;
}

function toUserId(text: string): UserId {
  const id = parseUserId(text);
  if (id === null) throw new Error(`${text} is no user id`);
  return id;
}

function toConversationId(text: string): ConversationId {
  const id = parseConversationId(text);
  if (id === null) throw new Error(`${text} is no conversation id`);
  return id;
}
