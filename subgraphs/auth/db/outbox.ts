/**
 * The outbox: events written in the transaction of what they tell of, taken by events/outbox-relay.ts in
 * order and removed once sent.
 */
import type { InferEntity } from '@mikro-orm/core';
import { AuthEvent } from '#schema/generated/user_directory.ts';
import type { UserId } from '#schema/ids.ts';
import type { Transaction } from './database.ts';
import { OutboxEventEntity } from './outbox-event.entity.ts';

type OutboxEvent = InferEntity<typeof OutboxEventEntity>;

type EventBody = NonNullable<AuthEvent['body']>;

/** Names the relay's lock among the advisory locks of the database. */
const relayLockId = 7_303_015;

export async function appendEvents(
  tx: Transaction,
  accountId: UserId,
  bodies: readonly EventBody[],
): Promise<void> {
  const occurredAtMs = Date.now();
  const rows = bodies.map((body) => ({
    accountId,
    payload: Buffer.from(AuthEvent.encode({ userId: accountId, occurredAtMs, body }).finish()),
  }));
  if (rows.length > 0) await tx.insertMany(OutboxEventEntity, rows);
}

/** True when no other process relays until this transaction ends. */
export async function lockRelay(tx: Transaction): Promise<boolean> {
  const rows = await tx.execute<{ locked: boolean }[]>('SELECT pg_try_advisory_xact_lock(?) AS locked', [
    relayLockId,
  ]);
  return rows[0]?.locked === true;
}

/** The oldest events. */
export function readEvents(tx: Transaction, limit: number): Promise<OutboxEvent[]> {
  return tx.find(OutboxEventEntity, {}, { orderBy: { id: 'asc' }, limit });
}

export async function removeEvents(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.nativeDelete(OutboxEventEntity, { id: { $in: [...ids] } });
}
