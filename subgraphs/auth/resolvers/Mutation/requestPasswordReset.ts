/**
 * Mutation.requestPasswordReset: mails a code if the address has an account; the answer comes before
 * anything is looked up.
 */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import { findAccount } from '../../db/accounts.ts';
import type { AuthParts } from '../../parts.ts';
import { accepted } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'codes' | 'notices' | 'limits' | 'background'>;

export function createRequestPasswordReset(
  parts: Parts,
): NonNullable<MutationResolvers['requestPasswordReset']> {
  return async (_parent, { email }, { client }) => {
    // Before anything is queued: one sender must not fill the queue of everybody's mails.
    const refused = await parts.limits.take([{ limit: 'mailAddress', of: toIpPrefix(client.ipAddress) }]);
    if (refused === null) parts.background.run('mail a reset code', () => mailResetCode(parts, email));
    return accepted;
  };
}

async function mailResetCode(parts: Parts, email: string): Promise<void> {
  const refused = await parts.limits.take([{ limit: 'mailRecipient', of: email }]);
  if (refused !== null) return;
  const issued = await parts.database.transaction(async (tx) => {
    const account = await findAccount(tx, { email });
    if (account === null) return null;
    const { code } = await parts.codes.issue(tx, { purpose: 'PASSWORD_RESET', address: email, owner: '' });
    return { code, handle: account.handle };
  });
  if (issued !== null) parts.notices.mailCode({ purpose: 'PASSWORD_RESET', to: email, ...issued });
}
