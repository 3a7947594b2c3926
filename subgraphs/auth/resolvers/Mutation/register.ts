/**
 * Mutation.register: keeps what was asked for, each time by itself, until the code that is mailed for it
 * proves the address. With an address that has an account everything happens just the same, but the mail
 * tells its owner, and the registration can never be activated.
 */
import { randomUUID } from 'node:crypto';
import type { MutationResolvers, RegisterInput } from '#schema/generated/auth_resolvers.ts';
import { toIpPrefix } from '../../accounts/ip-prefix.ts';
import type { Refusal } from '../../accounts/profile-rules.ts';
import { parseDisplayName, parseHandle, refuse } from '../../accounts/profile-rules.ts';
import { findAccount, lockName } from '../../db/accounts.ts';
import type { Transaction } from '../../db/database.ts';
import { AlreadyTaken } from '../../db/database.ts';
import type { Registration } from '../../db/registrations.ts';
import { findReservation, hasRoom, saveRegistration } from '../../db/registrations.ts';
import { answerEvenly } from '../../even-pace.ts';
import type { AuthParts } from '../../parts.ts';
import { findPasswordFault } from '../../passwords/password-rules.ts';
import { handleTaken, rateLimited } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'passwords' | 'limits' | 'codes' | 'notices' | 'registrationTtlMs'>;

export function createRegister(parts: Parts): NonNullable<MutationResolvers['register']> {
  return async (_parent, { input }, { client }) => {
    const details = parseDetails(input);
    if ('refusal' in details) return details.refusal;
    const ipPrefix = toIpPrefix(client.ipAddress);
    const retryAfterMs = await parts.limits.take([
      { limit: 'registerAddress', of: ipPrefix },
      { limit: 'registerGlobal', of: '' },
    ]);
    if (retryAfterMs !== null) throw rateLimited(retryAfterMs);
    const passwordHash = await parts.passwords.hashUnder(details.email, input.password);
    const isKept = await answerEvenly(() => keep(parts, { ...details, passwordHash }, ipPrefix));
    return isKept ? { __typename: 'RegisterSuccess', email: details.email } : handleTaken();
  };
}

type Details = Pick<Registration, 'handle' | 'displayName' | 'email'>;

function parseDetails({
  handle,
  displayName,
  email,
  password,
}: RegisterInput): Details | { refusal: Refusal } {
  const parsedHandle = parseHandle(handle);
  if ('refusal' in parsedHandle) return parsedHandle;
  const parsedName = parseDisplayName(displayName);
  if ('refusal' in parsedName) return parsedName;
  const fault = findPasswordFault(password, [parsedHandle.value, parsedName.value, email]);
  if (fault !== null) return { refusal: refuse('password', fault) };
  return { handle: parsedHandle.value, displayName: parsedName.value, email };
}

/**
 * False when the handle is taken. The mail goes out after the commit, and not at all when its limit is
 * reached.
 */
async function keep(
  parts: Parts,
  details: Details & { passwordHash: string },
  ipPrefix: string,
): Promise<boolean> {
  const { database, limits, notices, codes } = parts;
  const mailRefused = await limits.take([
    { limit: 'mailRecipient', of: details.email },
    { limit: 'mailAddress', of: ipPrefix },
  ]);
  // Who asks for a handle that the address has reserved tries a password, and gets no more tries than at login.
  const guess = { limit: 'loginAccount', of: JSON.stringify({ email: details.email }) } as const;
  const guessRefused = await limits.take([guess]);
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + parts.registrationTtlMs);
  const may = { displace: mailRefused === null, takeOver: guessRefused === null };
  const registration = { ...details, id: randomUUID(), createdAt, expiresAt };
  const kept = await database
    .transaction(async (tx) => {
      await lockName(tx, 'email', details.email);
      const owner = await findAccount(tx, { email: details.email });
      if (!(await reserve(tx, registration, may))) return null;
      if (mailRefused !== null) return { owner, code: null };
      const { code } = await codes.issue(tx, {
        purpose: 'EMAIL',
        address: details.email,
        owner: registration.id,
      });
      return { owner, code };
    })
    .catch((error: unknown) => {
      if (error instanceof AlreadyTaken) return null;
      throw error;
    });
  if (kept === null) return false;
  if (guessRefused === null) await limits.giveBack([guess]);
  const { owner, code } = kept;
  const { email: to, handle } = details;
  if (code !== null && owner === null) notices.mailCode({ purpose: 'EMAIL', to, handle, code });
  if (code !== null && owner !== null) notices.mailExistingAccount({ to, handle: owner.handle });
  return true;
}

interface Permissions {
  /** Make live registrations give way: only with a code of its own. */
  readonly displace: boolean;
  /** Take the handle from the registration with the same address and password: the same person, again. */
  readonly takeOver: boolean;
}

/** False when the handle is taken. */
async function reserve(tx: Transaction, registration: Registration, may: Permissions): Promise<boolean> {
  const { handle, email, passwordHash } = registration;
  await lockName(tx, 'handle', handle);
  if ((await findAccount(tx, { handle })) !== null) return false;
  const earlier = await findReservation(tx, handle);
  const isOwn = earlier?.email === email && earlier.passwordHash === passwordHash;
  if (earlier !== null && !(isOwn && may.takeOver)) return false;
  const displacesNone = earlier === null && (await hasRoom(tx, email));
  if (may.displace || displacesNone) await saveRegistration(tx, registration);
  return true;
}
