/**
 * A further code for an address that waits for one. Called by resendEmailVerification and by login of an
 * unproven address, in the background.
 */
import { findAccount, lockName } from '../db/accounts.ts';
import type { Transaction } from '../db/database.ts';
import type { Registration } from '../db/registrations.ts';
import { findRegistrations } from '../db/registrations.ts';
import type { AuthParts } from '../parts.ts';

type Parts = Pick<AuthParts, 'database' | 'codes' | 'notices' | 'limits'>;

/** The registration of which the asker knows the password; null where only the address is known. */
interface Waiting {
  readonly email: string;
  readonly registrationId: string | null;
}

/**
 * Mails nothing when the recipient's limit of mails is reached, nobody waits under the address, it has an
 * account, or it is not clear whose registration is meant.
 */
export async function mailRegistrationCode(parts: Parts, waiting: Waiting): Promise<void> {
  const { email } = waiting;
  const refused = await parts.limits.take([{ limit: 'mailRecipient', of: email }]);
  if (refused !== null) return;
  const issued = await parts.database.transaction(async (tx) => {
    await lockName(tx, 'email', email);
    const registration = await chooseRegistration(tx, waiting);
    if (registration === null || (await findAccount(tx, { email })) !== null) return null;
    const { id: owner, handle } = registration;
    const { code } = await parts.codes.issue(tx, { purpose: 'EMAIL', address: email, owner });
    return { code, handle };
  });
  if (issued !== null) parts.notices.mailCode({ purpose: 'EMAIL', to: email, ...issued });
}

/**
 * The address alone stands for its newest registration only while all of them have one password. Otherwise
 * one may be a stranger's, and the owner, who asked for a code, would type in whichever comes: only login
 * or register, which know the password, get them one.
 */
async function chooseRegistration(
  tx: Transaction,
  { email, registrationId }: Waiting,
): Promise<Registration | null> {
  const live = await findRegistrations(tx, { email });
  if (registrationId !== null) return live.find(({ id }) => id === registrationId) ?? null;
  const passwords = new Set(live.map(({ passwordHash }) => passwordHash));
  return passwords.size === 1 ? (live[0] ?? null) : null;
}
