/**
 * Trades a refresh token for new tokens under the session's row lock, so that parallel uses are judged one
 * after the other. Called by refreshToken.
 */
import type { SubgraphContext } from '#schema/context.ts';
import type { SignedIn } from '#schema/generated/auth_resolvers.ts';
import { findAccount } from '../db/accounts.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { RefreshToken } from '../db/refresh-tokens.ts';
import { findChild, findRefreshToken, markRefreshToken } from '../db/refresh-tokens.ts';
import type { Session } from '../db/sessions.ts';
import { endSessions, lockSession, touchSession } from '../db/sessions.ts';
import { judgeRefresh } from './refresh-rules.ts';
import { hashRefreshSecret } from './refresh-secret.ts';
import type { Sessions } from './sessions.ts';
import { describeClient } from './sessions.ts';

export interface Refreshed {
  /** Null when the token is no good. */
  readonly signedIn: SignedIn | null;
  /** True when the session was ended because a token of it was used twice. */
  readonly revoked: boolean;
}

export interface RefreshParts {
  readonly database: Database;
  readonly sessions: Sessions;
}

const refused: Refreshed = { signedIn: null, revoked: false };

export function refresh(
  { database, sessions }: RefreshParts,
  secret: string,
  client: SubgraphContext['client'],
): Promise<Refreshed> {
  const hash = hashRefreshSecret(secret);
  if (hash === null) return Promise.resolve(refused);
  return database.transaction(async (tx) => {
    const known = await findRefreshToken(tx, hash);
    if (known === null) return refused;
    const session = await lockSession(tx, known.sessionId);
    if (session === null || !isLive(session)) return refused;
    const token = await findRefreshToken(tx, hash);
    if (token === null) return refused;
    const child = await findChild(tx, hash);
    const { refreshGraceMs: graceMs } = sessions.settings;
    const verdict = judgeRefresh({ token, child, nowMs: Date.now(), graceMs });
    if (verdict === 'reuse') {
      await endSessions(tx, session.accountId, { only: [session.id] });
      return { signedIn: null, revoked: true };
    }
    await retire(tx, token, verdict === 'replace' ? child : null);
    const account = await findAccount(tx, { id: session.accountId });
    if (account === null) return refused;
    await touchSession(tx, session.id, { lastSeenAt: new Date(), ...describeClient(client) });
    return { signedIn: await sessions.renew(tx, { account, session }, hash), revoked: false };
  });
}

function isLive({ revokedAt, expiresAt }: Session): boolean {
  return (revokedAt === null || revokedAt === undefined) && expiresAt.getTime() > Date.now();
}

async function retire(tx: Transaction, token: RefreshToken, lostChild: RefreshToken | null): Promise<void> {
  if (lostChild === null) await markRefreshToken(tx, token.hash, { usedAt: new Date() });
  else await markRefreshToken(tx, lostChild.hash, { replacedAt: new Date() });
}
