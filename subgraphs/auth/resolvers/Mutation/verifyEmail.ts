/** Mutation.verifyEmail: makes the registration that the code was mailed for an account and signs it in. */
import type { SubgraphContext } from '#schema/context.ts';
import type { MutationResolvers, SignedIn } from '#schema/generated/auth_resolvers.ts';
import { createUserId } from '#schema/ids.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import type { RightCode } from '../../codes/codes.ts';
import { findAccount, insertAccount, lockName } from '../../db/accounts.ts';
import { AlreadyTaken } from '../../db/database.ts';
import { deleteRegistrations, findRegistrations } from '../../db/registrations.ts';
import { answerEvenly } from '../../even-pace.ts';
import type { AuthParts } from '../../parts.ts';
import { codeInvalid, rateLimited } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'codes' | 'sessions' | 'limits'>;

export function createVerifyEmail(parts: Parts): NonNullable<MutationResolvers['verifyEmail']> {
  return (_parent, { input }, { client }) =>
    answerEvenly(async () => {
      const attempts = [
        { limit: 'codeAddress', of: toIpPrefix(client.ipAddress) },
        { limit: 'codeGlobal', of: '' },
      ] as const;
      const retryAfterMs = await parts.limits.take(attempts);
      if (retryAfterMs !== null) throw rateLimited(retryAfterMs);
      const check = await parts.codes.check({ purpose: 'EMAIL', address: input.email }, input.code);
      if (check.kind === 'wrong') return codeInvalid();
      const signedIn = await activate(parts, { email: input.email, code: check.code, client });
      if (signedIn === null) return codeInvalid();
      await parts.limits.giveBack(attempts);
      return { __typename: 'SignedIn', ...signedIn };
    });
}

interface Activation {
  readonly email: string;
  readonly code: RightCode;
  readonly client: SubgraphContext['client'];
}

/**
 * Null when another request was faster, the registration gave way to others, or the address has an account.
 * The other registrations of the address end.
 */
async function activate(parts: Parts, { email, code, client }: Activation): Promise<SignedIn | null> {
  try {
    return await parts.database.transaction(async (tx) => {
      await lockName(tx, 'email', email);
      if (!(await code.take(tx))) return null;
      const registration = (await findRegistrations(tx, { email })).find(({ id }) => id === code.owner);
      if (registration === undefined || (await findAccount(tx, { email })) !== null) return null;
      await deleteRegistrations(tx, email);
      const { handle, displayName, passwordHash, createdAt } = registration;
      const account = { id: createUserId(), handle, displayName, email, passwordHash, createdAt };
      const complete = { ...account, phone: null, avatarUrl: null, bio: null };
      await insertAccount(tx, complete);
      return parts.sessions.start(tx, complete, client);
    });
  } catch (error) {
    if (error instanceof AlreadyTaken) return null;
    throw error;
  }
}
