/** Mutation.verifyEmail: makes the registration an account and signs it in. */
import type { SubgraphContext } from '#schema/context.ts';
import type { MutationResolvers, SignedIn } from '#schema/generated/auth_resolvers.ts';
import { createUserId } from '#schema/ids.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import type { RightCode } from '../../codes/codes.ts';
import { findAccount, insertAccount } from '../../db/accounts.ts';
import { AlreadyTaken } from '../../db/database.ts';
import { deleteRegistration, findRegistration } from '../../db/registrations.ts';
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
      const check = await parts.codes.check(
        { purpose: 'EMAIL', address: input.email, owner: '' },
        input.code,
      );
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

/** Null when another request was faster, or the address has an account. */
async function activate(parts: Parts, { email, code, client }: Activation): Promise<SignedIn | null> {
  try {
    return await parts.database.transaction(async (tx) => {
      if (!(await code.take(tx))) return null;
      const registration = await findRegistration(tx, { email });
      if (registration === null || (await findAccount(tx, { email })) !== null) return null;
      await deleteRegistration(tx, email);
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
