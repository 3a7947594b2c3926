/**
 * SEND: what inputs must be, beyond their GraphQL types. A broken rule becomes ValidationFailed with the
 * field's path. Called by the mutations. Pure.
 */
import type { MessageId, UserId } from '#schema/ids.ts';
import { parseMessageId, parseUserId } from '#schema/ids.ts';

/** An input broke a rule; nothing was done. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly path: readonly string[];
  constructor(field: string, message: string) {
    super(message);
    this.path = [field];
  }
}

const textBytesMax = 16 * 1024;
const titleCharsMax = 100;
const topicCharsMax = 500;
const peopleMax = 100;
const mentionsMax = 50;

/** 1 byte to 16 KiB of UTF-8. */
export function checkText(text: string): string {
  checkCharacters('text', text);
  const bytes = Buffer.byteLength(text);
  if (bytes < 1 || bytes > textBytesMax)
    throw new InvalidInput('text', `It must have 1 to ${textBytesMax} bytes in UTF-8.`);
  return text;
}

/** 1 to 100 characters. */
export function checkTitle(title: string): string {
  checkCharacters('title', title);
  const chars = [...title].length;
  if (chars < 1 || chars > titleCharsMax)
    throw new InvalidInput('title', `It must have 1 to ${titleCharsMax} characters.`);
  return title;
}

/** At most 500 characters. */
export function checkTopic(topic: string): string {
  checkCharacters('topic', topic);
  if ([...topic].length > topicCharsMax)
    throw new InvalidInput('topic', `It must have at most ${topicCharsMax} characters.`);
  return topic;
}

/** Each person once, in the given order; what is not an id at all is told apart, since it names nobody. */
export function checkPeople(
  field: string,
  ids: readonly string[],
): { readonly userIds: UserId[]; readonly unknown: string[] } {
  if (ids.length > peopleMax) throw new InvalidInput(field, `It must have at most ${peopleMax} ids.`);
  const distinct = [...new Set(ids)];
  const userIds = distinct.map(parseUserId).filter((id) => id !== null);
  return { userIds, unknown: distinct.filter((id) => parseUserId(id) === null) };
}

/** People who are not members are left out by the store, so ids of nobody are left out here. */
export function checkMentions(ids: readonly string[]): UserId[] {
  if (ids.length > mentionsMax)
    throw new InvalidInput('mentionUserIds', `It must have at most ${mentionsMax} ids.`);
  return [...new Set(ids)].map(parseUserId).filter((id) => id !== null);
}

export function checkReplyTo(id: string): MessageId {
  const messageId = parseMessageId(id);
  if (messageId === null)
    throw new InvalidInput('replyToId', 'There is no such message in this conversation.');
  return messageId;
}

/** Seq of a message, or 0. */
export function checkUpToSeq(upToSeq: number): number {
  if (upToSeq < 0) throw new InvalidInput('upToSeq', 'It must not be negative.');
  return upToSeq;
}

/**
 * Postgres can't store NUL, and UTF-8 can't encode half a surrogate pair: it would come back as another text.
 */
function checkCharacters(field: string, text: string): void {
  if (text.includes('\0')) throw new InvalidInput(field, 'It must not contain a NUL character.');
  if (!text.isWellFormed()) throw new InvalidInput(field, 'It must not contain half a surrogate pair.');
}
