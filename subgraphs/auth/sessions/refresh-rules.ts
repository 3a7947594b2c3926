/**
 * What becomes of a refresh token that is handed in. Pure; called by sessions/refresh.ts under the session's
 * lock.
 */
import type { RefreshToken } from '../db/refresh-tokens.ts';

/**
 * - `rotate`: first use, it gets a successor.
 * - `replace`: the reply with the successor seems lost; the successor goes, another comes.
 * - `reuse`: two parties hold the session's tokens; the session ends.
 */
export type RefreshVerdict = 'rotate' | 'replace' | 'reuse';

export interface RefreshAttempt {
  readonly token: Pick<RefreshToken, 'usedAt' | 'replacedAt'>;
  /** Its standing successor. */
  readonly child: Pick<RefreshToken, 'usedAt'> | null;
  readonly nowMs: number;
  readonly graceMs: number;
}

/** A repeat is only innocent while its successor was not used and little time has passed. */
export function judgeRefresh({ token, child, nowMs, graceMs }: RefreshAttempt): RefreshVerdict {
  if (token.replacedAt !== null && token.replacedAt !== undefined) return 'reuse';
  if (token.usedAt === null || token.usedAt === undefined) return 'rotate';
  const inGrace = nowMs - token.usedAt.getTime() <= graceMs;
  const childUsed = child?.usedAt !== null && child?.usedAt !== undefined;
  return inGrace && child !== null && !childUsed ? 'replace' : 'reuse';
}
