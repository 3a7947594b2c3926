/** The cursors of HISTORY's pages: opaque texts that say of which list they are, so that one of another list is recognised. Called by resolvers. */
import { badUserInput } from '#platform/graphql-errors.ts';
import type { ConversationPosition } from '#schema/generated/message_store.ts';

const cursorCharsMax = 200;

/** Place of a message in its conversation. */
export function formatMessageCursor(conversationId: string, seq: number): string {
  return format(['m', conversationId, String(seq)]);
}
/** The seq; throws BAD_USER_INPUT for anything but a message cursor of this conversation. */
export function parseMessageCursor(cursor: string, conversationId: string, argument: string): number {
  const [, , seq] = parse(cursor, { kind: 'm', of: conversationId, argument });
  return toCount(seq, argument);
}

/** Place of a member in a conversation. */
export function formatMemberCursor(conversationId: string, userId: string): string {
  return format(['p', conversationId, userId]);
}
/** The user id; throws BAD_USER_INPUT. */
export function parseMemberCursor(cursor: string, conversationId: string, argument: string): string {
  const [, , userId] = parse(cursor, { kind: 'p', of: conversationId, argument });
  return userId;
}

/** Place of a conversation in the viewer's list. */
export function formatConversationCursor({ lastActivityAtMs, conversationId }: ConversationPosition): string {
  return format(['c', conversationId, String(lastActivityAtMs)]);
}
/** The position; throws BAD_USER_INPUT. */
export function parseConversationCursor(cursor: string, argument: string): ConversationPosition {
  const [, conversationId, lastActivityAtMs] = parse(cursor, { kind: 'c', of: null, argument });
  return { conversationId, lastActivityAtMs: toCount(lastActivityAtMs, argument) };
}

type Parts = [kind: string, conversationId: string, place: string];

function format(parts: Parts): string {
  return Buffer.from(parts.join(' ')).toString('base64url');
}

function parse(
  cursor: string,
  { kind, of, argument }: { kind: string; of: string | null; argument: string },
): Parts {
  const text = cursor.length <= cursorCharsMax ? Buffer.from(cursor, 'base64url').toString('utf8') : '';
  const match = /^([mpc]) (cnv_[0-9a-z]{26}) (\w{1,40})$/.exec(text);
  const [, foundKind = '', conversationId = '', place = ''] = match ?? [];
  if (match === null || foundKind !== kind || (of !== null && conversationId !== of)) throw foreign(argument);
  return [foundKind, conversationId, place];
}

function toCount(text: string, argument: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw foreign(argument);
  return count;
}

function foreign(argument: string): Error {
  return badUserInput(`\`${argument}\` is not a cursor of this list.`, [argument]);
}
