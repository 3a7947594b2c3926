/**
 * A further code for an address that waits for one. Called by resendEmailVerification and by login of an
 * unproven address, in the background.
 */
import { findAccount } from '../db/accounts.ts';
import { findRegistration } from '../db/registrations.ts';
import type { AuthParts } from '../parts.ts';

type Parts = Pick<AuthParts, 'database' | 'codes' | 'notices' | 'limits'>;

/** Mails nothing when the recipient's limit of mails is reached, nobody waits under the address, or it has an account. */
export async function mailRegistrationCode(parts: Parts, email: string): Promise<void> {
  const refused = await parts.limits.take([{ limit: 'mailRecipient', of: email }]);
  if (refused !== null) return;
  const issued = await parts.database.transaction(async (tx) => {
    const registration = await findRegistration(tx, { email });
    if (registration === null || (await findAccount(tx, { email })) !== null) return null;
    const { code } = await parts.codes.issue(tx, { purpose: 'EMAIL', address: email, owner: '' });
    return { code, handle: registration.handle };
  });
  if (issued !== null) parts.notices.mailCode({ purpose: 'EMAIL', to: email, ...issued });
}
