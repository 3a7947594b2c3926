/**
 * Identifiers that cross process boundaries: opaque strings with a prefix that says of what (`usr_`, `cnv_`, `msg_`, `ses_`), TypeID form.
 * A branded id only ever comes from a parser or a maker in this file.
 */
import { createHash } from 'node:crypto';
import { fromString, TypeID, typeidUnboxed } from 'typeid-js';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Branded<'UserId'>;
export type ConversationId = Branded<'ConversationId'>;
export type MessageId = Branded<'MessageId'>;
export type SessionId = Branded<'SessionId'>;

const prefixes = { UserId: 'usr', ConversationId: 'cnv', MessageId: 'msg', SessionId: 'ses' } as const;
const idCharsMax = 30;

/** A new time-ordered user id. */
export function createUserId(): UserId {
  return typeidUnboxed(prefixes.UserId) as string as UserId;
}
/** A new time-ordered session id. */
export function createSessionId(): SessionId {
  return typeidUnboxed(prefixes.SessionId) as string as SessionId;
}
/** A new time-ordered conversation id, for a conversation that its creator did not name. */
export function createConversationId(): ConversationId {
  return typeidUnboxed(prefixes.ConversationId) as string as ConversationId;
}
/** The one id of the DIRECT conversation of two people, whoever asks. */
export function directConversationId(one: UserId, other: UserId): ConversationId {
  const [first, second] = one < other ? [one, other] : [other, one];
  return derivedId(prefixes.ConversationId, ['direct', first, second]) as ConversationId;
}
/** The id of the conversation that this creator named `clientConversationId`. */
export function namedConversationId(creator: UserId, clientConversationId: string): ConversationId {
  return derivedId(prefixes.ConversationId, [
    'named',
    creator,
    clientConversationId.toLowerCase(),
  ]) as ConversationId;
}
/** The id of the message that (sender, conversation, clientMessageId) names for ever. */
export function deriveMessageId(
  sender: UserId,
  conversation: ConversationId,
  clientMessageId: string,
): MessageId {
  return derivedId(prefixes.MessageId, [
    'message',
    sender,
    conversation,
    clientMessageId.toLowerCase(),
  ]) as MessageId;
}

/** The id, or null when the text is not one. */
export function parseUserId(text: string): UserId | null {
  return isId(prefixes.UserId, text) ? (text as UserId) : null;
}
/** The id, or null when the text is not one. */
export function parseConversationId(text: string): ConversationId | null {
  return isId(prefixes.ConversationId, text) ? (text as ConversationId) : null;
}
/** The id, or null when the text is not one. */
export function parseMessageId(text: string): MessageId | null {
  return isId(prefixes.MessageId, text) ? (text as MessageId) : null;
}
/** The id, or null when the text is not one. */
export function parseSessionId(text: string): SessionId | null {
  return isId(prefixes.SessionId, text) ? (text as SessionId) : null;
}

function isId(prefix: string, text: string): boolean {
  if (text.length !== idCharsMax || !text.startsWith(`${prefix}_`)) return false;
  try {
    fromString(text as `${string}_${string}`, prefix);
    return true;
  } catch {
    return false;
  }
}

/** 128 bits of a SHA-256 over the length-prefixed parts, so that no two part lists collide by concatenation. */
function derivedId(prefix: string, parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  const hex = hash.digest('hex').slice(0, 32);
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return TypeID.fromUUID(prefix, uuid).toString();
}
