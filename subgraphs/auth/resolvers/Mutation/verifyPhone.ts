/**
 * Mutation.verifyPhone: keeps the number that the texted code proves; it moves here from an account that had
 * it before.
 */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import { lockName, releasePhone, updateAccount } from '../../db/accounts.ts';
import type { AuthParts } from '../../parts.ts';
import { codeInvalid, rateLimited } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'codes' | 'limits'>;

export function createVerifyPhone(parts: Parts): NonNullable<MutationResolvers['verifyPhone']> {
  return async (_parent, { input }, context) => {
    const { account, session } = await parts.sessions.requireLive(context);
    const attempts = [
      { limit: 'codeAddress', of: toIpPrefix(context.client.ipAddress) },
      { limit: 'codeGlobal', of: '' },
    ] as const;
    const retryAfterMs = await parts.limits.take(attempts);
    if (retryAfterMs !== null) throw rateLimited(retryAfterMs);
    const { phone } = input;
    const check = await parts.codes.check(
      { purpose: 'PHONE', address: phone, owner: account.id },
      input.code,
    );
    if (check.kind === 'wrong') return codeInvalid(check.triesLeft);
    const viewer = await parts.database.transaction(async (tx) => {
      if (!(await check.code.take(tx))) return null;
      await lockName(tx, 'phone', phone);
      await releasePhone(tx, phone);
      await updateAccount(tx, account.id, { phone });
      return parts.sessions.view(tx, { ...account, phone }, session.id);
    });
    if (viewer === null) return codeInvalid(0);
    await parts.limits.giveBack(attempts);
    return { __typename: 'VerifyPhoneSuccess', viewer };
  };
}
