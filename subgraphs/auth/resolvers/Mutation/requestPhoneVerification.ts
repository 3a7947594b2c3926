/** Mutation.requestPhoneVerification: texts a code to a number that the viewer says is theirs. */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import { parsePhone } from '../../accounts/phone.ts';
import type { AuthParts } from '../../parts.ts';
import { tooManyAttempts } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'codes' | 'limits' | 'notices'>;

export function createRequestPhoneVerification(
  parts: Parts,
): NonNullable<MutationResolvers['requestPhoneVerification']> {
  return async (_parent, args, context) => {
    const { account } = await parts.sessions.requireLive(context);
    const phone = parsePhone(args.phone);
    if (phone === null) {
      return {
        __typename: 'ValidationFailed',
        code: 'VALIDATION_FAILED',
        message: 'There can be no such phone number.',
        path: ['phone'],
      };
    }
    const retryAfterMs = await parts.limits.take([
      { limit: 'smsAccount', of: account.id },
      { limit: 'smsAddress', of: toIpPrefix(context.client.ipAddress) },
      { limit: 'smsRecipient', of: phone },
      { limit: 'smsGlobal', of: '' },
    ]);
    if (retryAfterMs !== null) return tooManyAttempts(retryAfterMs);
    const { code, expiresAt } = await parts.database.transaction((tx) =>
      parts.codes.issue(tx, { purpose: 'PHONE', address: phone, owner: account.id }),
    );
    parts.notices.textCode({ to: phone, code });
    return { __typename: 'PhoneVerificationSent', phone, expiresAt };
  };
}
