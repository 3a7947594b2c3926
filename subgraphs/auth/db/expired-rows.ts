/**
 * Deletes what has ended: sessions a day after their end, codes, registrations and attempt counters. Called
 * by cleaning.ts.
 */
import type { Transaction } from './database.ts';
import { RegistrationEntity } from './registration.entity.ts';
import { VerificationCodeEntity } from './verification-code.entity.ts';

const keptMs = 24 * 60 * 60 * 1000;
/** A statement has 4 s; what is left is deleted the next time. */
const rowsMax = 5_000;

export async function deleteExpired(tx: Transaction): Promise<void> {
  const now = new Date();
  const endedBefore = new Date(now.getTime() - keptMs);
  await tx.nativeDelete(VerificationCodeEntity, { expiresAt: { $lte: now } });
  await tx.nativeDelete(RegistrationEntity, { expiresAt: { $lte: now } });
  await tx.execute('DELETE FROM attempt WHERE expire < ?', [now.getTime()]);
  await tx.execute(
    'DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < ? OR revoked_at < ? LIMIT ?)',
    [endedBefore, endedBefore, rowsMax],
  );
}
