/** Mutation.changePassword: a new password for the old one; all other sessions end. */
import type { MutationResolvers, Viewer } from '#schema/generated/auth_resolvers.ts';
import { refuse } from '../../accounts/profile-rules.ts';
import { lockAccount, updateAccount } from '../../db/accounts.ts';
import { endSessions } from '../../db/sessions.ts';
import type { AuthParts } from '../../parts.ts';
import { findPasswordFault } from '../../passwords/password-rules.ts';
import type { LiveViewer } from '../../sessions/sessions.ts';
import { credentialsInvalid, rateLimited } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'limits' | 'passwords' | 'outbox'>;

export function createChangePassword(parts: Parts): NonNullable<MutationResolvers['changePassword']> {
  return async (_parent, { input }, context) => {
    const live = await parts.sessions.requireLive(context);
    const { handle, displayName, email, id, passwordHash } = live.account;
    const fault = findPasswordFault(input.newPassword, [handle, displayName, email]);
    if (fault !== null) return refuse('newPassword', fault);
    const attempts = [{ limit: 'loginAccount', of: id }] as const;
    const retryAfterMs = await parts.limits.take(attempts);
    if (retryAfterMs !== null) throw rateLimited(retryAfterMs);
    if (!(await parts.passwords.verify(passwordHash, input.currentPassword))) return wrong();
    await parts.limits.giveBack(attempts);
    const newHash = await parts.passwords.hash(input.newPassword);
    const viewer = await replacePassword(parts, live, newHash);
    if (viewer === null) return wrong();
    parts.outbox.wake();
    return { __typename: 'ChangePasswordSuccess', viewer };
  };
}

function wrong() {
  return credentialsInvalid('This is not the current password.', ['input', 'currentPassword']);
}

/** Null when the password was replaced meanwhile. */
function replacePassword(
  { database, sessions }: Parts,
  { account: judged, session }: LiveViewer,
  passwordHash: string,
): Promise<Viewer | null> {
  return database.transaction(async (tx) => {
    const account = await lockAccount(tx, judged.id);
    if (account === null || account.passwordHash !== judged.passwordHash) return null;
    await updateAccount(tx, account.id, { passwordHash });
    await endSessions(tx, account.id, { except: session.id });
    return sessions.view(tx, account, session.id);
  });
}
