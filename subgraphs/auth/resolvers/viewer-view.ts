/** What accounts and sessions look like in the API. Pure; called by resolvers and sessions/sessions.ts. */
import type { Session as SessionView, User, Viewer } from '#schema/generated/auth_resolvers.ts';
import type { SessionId } from '#schema/ids.ts';
import type { Account } from '../db/accounts.ts';
import type { Session } from '../db/sessions.ts';

/** What everyone sees. */
export function toUser(account: Account): User {
  return {
    __typename: 'User',
    id: account.id,
    handle: account.handle,
    displayName: account.displayName,
    avatarUrl: account.avatarUrl ?? null,
    bio: account.bio ?? null,
    createdAt: account.createdAt,
  };
}

/** What only the owner sees. */
export function toViewer(account: Account, sessions: readonly Session[], current: SessionId): Viewer {
  const phone = account.phone ?? null;
  return {
    user: toUser(account),
    email: account.email,
    // Only a proven address has an account, only a proven number is kept.
    emailVerified: true,
    phone,
    phoneVerified: phone !== null,
    // There is no second factor yet.
    twoFactorEnabled: false,
    sessions: sessions.map((session) => toSessionView(session, current)),
  };
}

function toSessionView(session: Session, current: SessionId): SessionView {
  return {
    id: session.id,
    createdAt: session.createdAt,
    lastSeenAt: session.lastSeenAt,
    userAgent: session.userAgent ?? null,
    ipAddress: session.ipAddress ?? null,
    current: session.id === current,
  };
}
