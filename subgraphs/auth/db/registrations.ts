/**
 * Reads and writes registrations that wait for their code. Called by the resolvers of registration and sign-
 * in.
 */
import type { InferEntity } from '@mikro-orm/core';
import type { Transaction } from './database.ts';
import { RegistrationEntity } from './registration.entity.ts';

export type Registration = InferEntity<typeof RegistrationEntity>;

/** The registration that waits under this address or handle. */
export function findRegistration(
  tx: Transaction,
  key: { readonly email: string } | { readonly handle: string },
): Promise<Registration | null> {
  return tx.findOne(RegistrationEntity, { ...key, expiresAt: { $gt: new Date() } });
}

/**
 * True when another address than this one has reserved the handle. Hold `lockName` for the answer to stay
 * true.
 */
export async function isHandleReserved(
  tx: Transaction,
  handle: string,
  exceptEmail: string,
): Promise<boolean> {
  const registration = await findRegistration(tx, { handle });
  return registration !== null && registration.email !== exceptEmail;
}

/**
 * Takes the place of what was registered with the address before, and of whoever let the handle's
 * reservation expire.
 */
export async function saveRegistration(tx: Transaction, registration: Registration): Promise<void> {
  const { handle, email } = registration;
  await tx.nativeDelete(RegistrationEntity, {
    handle,
    email: { $ne: email },
    expiresAt: { $lte: new Date() },
  });
  await tx.upsert(RegistrationEntity, registration);
}

export async function deleteRegistration(tx: Transaction, email: string): Promise<void> {
  await tx.nativeDelete(RegistrationEntity, { email });
}
