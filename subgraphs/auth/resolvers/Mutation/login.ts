/**
 * Mutation.login: name and password for a session. Unknown names cost the same time and the same attempts as
 * known ones.
 */
import type { SubgraphContext } from '#schema/context.ts';
import type { LoginInput, MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import type { Identifier } from '../../accounts/identifier.ts';
import { parseIdentifier } from '../../accounts/identifier.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import { mailRegistrationCode } from '../../codes/registration-code.ts';
import type { Account } from '../../db/accounts.ts';
import { findAccount, lockAccount } from '../../db/accounts.ts';
import type { Attempt } from '../../db/attempt-limits.ts';
import type { Transaction } from '../../db/database.ts';
import type { Registration } from '../../db/registrations.ts';
import { findRegistrations } from '../../db/registrations.ts';
import type { AuthParts } from '../../parts.ts';
import { credentialsInvalid, tooManyAttempts } from '../refusals.ts';

type Parts = Pick<
  AuthParts,
  'database' | 'passwords' | 'limits' | 'sessions' | 'codes' | 'notices' | 'background'
>;

export function createLogin(parts: Parts): NonNullable<MutationResolvers['login']> {
  return async (_parent, { input }, { client }) => {
    const identifier = parseIdentifier(input.identifier);
    const ipPrefix = toIpPrefix(client.ipAddress);
    const attempts = toAttempts(identifier, input, ipPrefix);
    const retryAfterMs = await parts.limits.take(attempts);
    if (retryAfterMs !== null) return tooManyAttempts(retryAfterMs);
    const judged = await judge(parts, identifier, input.password).catch(async (error: unknown) => {
      // Too busy to look at the password: that was no attempt.
      await parts.limits.giveBack(attempts);
      throw error;
    });
    if (judged === null) return wrong();
    await parts.limits.giveBack(attempts);
    if (judged.kind === 'account') return signIn(parts, judged.account, client);
    const { email, id: registrationId } = judged.registration;
    const waiting = { email, registrationId };
    const mailRefused = await parts.limits.take([{ limit: 'mailAddress', of: ipPrefix }]);
    if (mailRefused === null) parts.background.run('send a code', () => mailRegistrationCode(parts, waiting));
    return emailNotVerified();
  };
}

type Judged =
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'registration'; readonly registration: Registration };

/** Whose password it is. A wrong one costs two hashes whatever there is under the name. */
async function judge(parts: Parts, identifier: Identifier | null, password: string): Promise<Judged | null> {
  const { account, registrations } = await parts.database.read((tx) => findPerson(tx, identifier));
  const isAccounts = await parts.passwords.verify(account?.passwordHash ?? null, password);
  if (account !== null && isAccounts) return { kind: 'account', account };
  // Also where there is an account: or the answer would tell whether the address that somebody just
  // registered has one.
  const pendingHash = await parts.passwords.hashUnder(registrations[0]?.email ?? '', password);
  const registration = registrations.find(({ passwordHash }) => passwordHash === pendingHash);
  return registration === undefined ? null : { kind: 'registration', registration };
}

function emailNotVerified() {
  return {
    __typename: 'EmailNotVerified' as const,
    code: 'EMAIL_NOT_VERIFIED',
    message: 'Confirm your e-mail address first: a code was mailed to it.',
    path: ['input', 'identifier'],
  };
}

function wrong() {
  return credentialsInvalid('No account has this name and password.', null);
}

/**
 * Counted by the name that was given, not by the account: a shared counter would tell which address belongs
 * to which handle.
 */
function toAttempts(identifier: Identifier | null, input: LoginInput, ipPrefix: string): Attempt[] {
  const name = JSON.stringify(identifier ?? { text: input.identifier.slice(0, 256).toLowerCase() });
  return [
    { limit: 'loginAddress', of: ipPrefix },
    { limit: 'loginAccount', of: name },
    { limit: 'loginGlobal', of: '' },
  ];
}

interface Person {
  readonly account: Account | null;
  /** Of one address, newest first. */
  readonly registrations: readonly Registration[];
}

async function findPerson(tx: Transaction, identifier: Identifier | null): Promise<Person> {
  if (identifier === null) return { account: null, registrations: [] };
  const account = await findAccount(tx, identifier);
  return { account, registrations: 'phone' in identifier ? [] : await findRegistrations(tx, identifier) };
}

/** Under the account's lock: a password that was replaced meanwhile starts no session. */
async function signIn({ database, sessions }: Parts, judged: Account, client: SubgraphContext['client']) {
  const signedIn = await database.transaction(async (tx) => {
    const account = await lockAccount(tx, judged.id);
    if (account === null || account.passwordHash !== judged.passwordHash) return null;
    return sessions.start(tx, account, client);
  });
  return signedIn === null ? wrong() : { __typename: 'SignedIn' as const, ...signedIn };
}
