/**
 * Mutation.resendEmailVerification: mails a new code if the address waits for one; the answer comes before
 * anything is looked up.
 */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import { mailRegistrationCode } from '../../codes/registration-code.ts';
import type { AuthParts } from '../../parts.ts';
import { accepted } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'codes' | 'notices' | 'limits' | 'background'>;

export function createResendEmailVerification(
  parts: Parts,
): NonNullable<MutationResolvers['resendEmailVerification']> {
  return async (_parent, { email }, { client }) => {
    // Before anything is queued: one sender must not fill the queue of everybody's mails.
    const refused = await parts.limits.take([{ limit: 'mailAddress', of: toIpPrefix(client.ipAddress) }]);
    const waiting = { email, registrationId: null };
    if (refused === null) parts.background.run('resend a code', () => mailRegistrationCode(parts, waiting));
    return accepted;
  };
}
