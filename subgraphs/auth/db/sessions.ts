/**
 * Reads, starts and ends sessions; ending one writes the event that tells everybody. Called by sessions/ and
 * the resolvers of sign-out.
 */
import type { InferEntity } from '@mikro-orm/core';
import { LockMode } from '@mikro-orm/core';
import type { SessionId, UserId } from '#schema/ids.ts';
import type { Transaction } from './database.ts';
import { appendEvents } from './outbox.ts';
import { SessionEntity } from './session.entity.ts';

export type Session = InferEntity<typeof SessionEntity>;

/** The session, if it belongs to the account, was not ended and has not expired. */
export function findLiveSession(tx: Transaction, id: SessionId, accountId: UserId): Promise<Session | null> {
  return tx.findOne(SessionEntity, { id, accountId, revokedAt: null, expiresAt: { $gt: new Date() } });
}

/** The session in whatever state; nobody else changes it until the transaction ends. */
export function lockSession(tx: Transaction, id: SessionId): Promise<Session | null> {
  return tx.findOne(SessionEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

/** Live sessions, newest first. */
export function listSessions(tx: Transaction, accountId: UserId): Promise<Session[]> {
  const live = { accountId, revokedAt: null, expiresAt: { $gt: new Date() } };
  return tx.find(SessionEntity, live, { orderBy: { createdAt: 'desc', id: 'desc' } });
}

export async function insertSession(tx: Transaction, session: Session): Promise<void> {
  await tx.insert(SessionEntity, session);
}

export async function touchSession(
  tx: Transaction,
  id: SessionId,
  seen: Pick<Session, 'lastSeenAt' | 'userAgent' | 'ipAddress'>,
): Promise<void> {
  await tx.nativeUpdate(SessionEntity, { id }, seen);
}

/** Which sessions of an account to end. */
export type SessionChoice = 'all' | { readonly only: readonly SessionId[] } | { readonly except: SessionId };

/** Ends live sessions of the account and writes a SessionRevoked for each; answers how many there were. */
export async function endSessions(
  tx: Transaction,
  accountId: UserId,
  choice: SessionChoice,
): Promise<number> {
  const now = new Date();
  const conditions = ['account_id = ?', 'revoked_at IS NULL'];
  const params: unknown[] = [now, accountId];
  if (choice !== 'all' && 'only' in choice) {
    if (choice.only.length === 0) return 0;
    conditions.push(`id IN (${choice.only.map(() => '?').join(', ')})`);
    params.push(...choice.only);
  } else if (choice !== 'all') {
    conditions.push('id <> ?');
    params.push(choice.except);
  }
  const sql = `UPDATE session SET revoked_at = ? WHERE ${conditions.join(' AND ')} RETURNING id`;
  const ended = await tx.execute<{ id: SessionId }[]>(sql, params);
  const events = ended.map(({ id }) => ({ $case: 'sessionRevoked' as const, value: { sessionId: id } }));
  await appendEvents(tx, accountId, events);
  return ended.length;
}
