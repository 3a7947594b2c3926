/** Mutation.resetPassword: a new password for the mailed code; every session ends, a new one starts. */
import type { SubgraphContext } from '#schema/context.ts';
import type { MutationResolvers, SignedIn } from '#schema/generated/auth_resolvers.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import { refuse } from '../../accounts/profile-rules.ts';
import type { RightCode } from '../../codes/codes.ts';
import { findAccount, lockAccount, updateAccount } from '../../db/accounts.ts';
import { endSessions } from '../../db/sessions.ts';
import { answerEvenly } from '../../even-pace.ts';
import type { AuthParts } from '../../parts.ts';
import { findPasswordFault } from '../../passwords/password-rules.ts';
import { codeInvalid, rateLimited } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'codes' | 'sessions' | 'limits' | 'passwords' | 'outbox'>;

export function createResetPassword(parts: Parts): NonNullable<MutationResolvers['resetPassword']> {
  return (_parent, { input }, { client }) =>
    answerEvenly(async () => {
      const { email, code, newPassword } = input;
      const fault = findPasswordFault(newPassword, [email]);
      if (fault !== null) return refuse('newPassword', fault);
      const attempts = [
        { limit: 'codeAddress', of: toIpPrefix(client.ipAddress) },
        { limit: 'codeGlobal', of: '' },
      ] as const;
      const retryAfterMs = await parts.limits.take(attempts);
      if (retryAfterMs !== null) throw rateLimited(retryAfterMs);
      const check = await parts.codes.check({ purpose: 'PASSWORD_RESET', address: email, owner: '' }, code);
      if (check.kind === 'wrong') return codeInvalid();
      const passwordHash = await parts.passwords.hash(newPassword);
      const signedIn = await replacePassword(parts, { email, code: check.code, passwordHash, client });
      if (signedIn === null) return codeInvalid();
      parts.outbox.wake();
      await parts.limits.giveBack([...attempts, { limit: 'loginAccount', of: JSON.stringify({ email }) }]);
      return { __typename: 'SignedIn', ...signedIn };
    });
}

interface Replacement {
  readonly email: string;
  readonly code: RightCode;
  readonly passwordHash: string;
  readonly client: SubgraphContext['client'];
}

/** Null when another request was faster. */
function replacePassword(parts: Parts, replacement: Replacement): Promise<SignedIn | null> {
  const { email, code, passwordHash, client } = replacement;
  return parts.database.transaction(async (tx) => {
    const found = await findAccount(tx, { email });
    const account = found === null ? null : await lockAccount(tx, found.id);
    if (account === null || !(await code.take(tx))) return null;
    await updateAccount(tx, account.id, { passwordHash });
    await endSessions(tx, account.id, 'all');
    return parts.sessions.start(tx, account, client);
  });
}
