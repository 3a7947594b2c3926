/**
 * Reads and writes registrations that wait for their code. Called by the resolvers of registration and
 * sign-in.
 */
import type { InferEntity } from '@mikro-orm/core';
import type { Transaction } from './database.ts';
import { RegistrationEntity } from './registration.entity.ts';

export type Registration = InferEntity<typeof RegistrationEntity>;

/** Of one address. More than a person needs, and no more handles than that are reserved by one address. */
const liveMax = 5;

/** The registrations that wait under this address, newest first; under a handle there is at most one. */
export function findRegistrations(
  tx: Transaction,
  key: { readonly email: string } | { readonly handle: string },
): Promise<Registration[]> {
  const live = { ...key, expiresAt: { $gt: new Date() } };
  return tx.find(RegistrationEntity, live, { orderBy: { createdAt: 'desc', id: 'desc' } });
}

/**
 * The registration that has reserved the handle. Hold `lockName` of the handle for the answer to stay true.
 */
export async function findReservation(tx: Transaction, handle: string): Promise<Registration | null> {
  const [registration] = await findRegistrations(tx, { handle });
  return registration ?? null;
}

/** True when a further registration of the address makes none give way. */
export async function hasRoom(tx: Transaction, email: string): Promise<boolean> {
  return (await findRegistrations(tx, { email })).length < liveMax;
}

/**
 * Takes the place of what has the handle, which the caller has found free to take, and of the oldest of the
 * address when there are too many.
 */
export async function saveRegistration(tx: Transaction, registration: Registration): Promise<void> {
  const { handle, email } = registration;
  await tx.nativeDelete(RegistrationEntity, { handle });
  const older = (await findRegistrations(tx, { email })).slice(liveMax - 1);
  await tx.nativeDelete(RegistrationEntity, { id: { $in: older.map(({ id }) => id) } });
  await tx.insert(RegistrationEntity, registration);
}

/** All that wait under the address. */
export async function deleteRegistrations(tx: Transaction, email: string): Promise<void> {
  await tx.nativeDelete(RegistrationEntity, { email });
}
