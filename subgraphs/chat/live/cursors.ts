/**
 * LIVE: the cursor a client hands back -> the position to go on from. Throws BAD_USER_INPUT for what is no
 * cursor, or one of another conversation.
 */
import { badUserInput, serviceUnavailable } from '#platform/graphql-errors.ts';
import type { EventPosition } from '#schema/cursors.ts';
import { parseEventCursor, parseInboxCursor } from '#schema/cursors.ts';
import type { EventFeed } from './event-feed.ts';
import type { Position } from './position.ts';

export function readEventCursor(cursor: string, conversationId: string): EventPosition {
  const position = parseEventCursor(cursor);
  if (position === null) throw badUserInput('`after` is not an EventCursor.', ['after']);
  if (position.conversationId !== conversationId)
    throw badUserInput('`after` is of another conversation.', ['after']);
  return position;
}

export function readInboxCursor(cursor: string): { readonly logEpoch: string; readonly position: Position } {
  const position = parseInboxCursor(cursor);
  if (position === null) throw badUserInput('`after` is not an InboxCursor.', ['after']);
  return { logEpoch: position.logEpoch, position: position.logSeqs };
}

/** Throws SERVICE_UNAVAILABLE while live events can't be seen: a stream that began now could miss some. */
export function requireFeed(feed: EventFeed): string {
  const logEpoch = feed.logEpoch();
  if (logEpoch === null) throw serviceUnavailable(new Error('the event feed has not started'));
  return logEpoch;
}
