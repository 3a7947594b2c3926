/** Cursors of searchUsers: base64url of rank and handle. Pure. */
import type { MatchPosition } from '../db/account-search.ts';

const cursorCharsMax = 64;

export function formatMatchCursor({ rank, handle }: MatchPosition): string {
  return Buffer.from(`${rank}:${handle}`).toString('base64url');
}

/** The position, or null when the text is no such cursor. */
export function parseMatchCursor(text: string): MatchPosition | null {
  if (text.length > cursorCharsMax) return null;
  const match = /^([012]):([a-z0-9_]{3,30})$/.exec(Buffer.from(text, 'base64url').toString('utf8'));
  const [, rank, handle] = match ?? [];
  return rank === undefined || handle === undefined ? null : { rank: Number(rank), handle };
}
