/**
 * Reads and writes accounts. Called by resolvers and the user directory, inside `database.read` or
 * `database.transaction`.
 */
import type { InferEntity } from '@mikro-orm/core';
import { LockMode } from '@mikro-orm/core';
import type { UserId } from '#schema/ids.ts';
import { AccountEntity } from './account.entity.ts';
import type { Transaction } from './database.ts';

export type Account = InferEntity<typeof AccountEntity>;

/** A unique name of an account, in the form in which it is stored. */
export type AccountKey =
  | { readonly id: UserId }
  | { readonly handle: string }
  | { readonly email: string }
  | { readonly phone: string };

export function findAccount(tx: Transaction, key: AccountKey): Promise<Account | null> {
  return tx.findOne(AccountEntity, key);
}

/** The account, which nobody else changes or signs in to until the transaction ends. */
export function lockAccount(tx: Transaction, id: UserId): Promise<Account | null> {
  return tx.findOne(AccountEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

export function findAccounts(tx: Transaction, ids: readonly UserId[]): Promise<Account[]> {
  return tx.find(AccountEntity, { id: { $in: [...ids] } });
}

/** Those of the ids that are accounts. */
export async function findExistingIds(tx: Transaction, ids: readonly UserId[]): Promise<UserId[]> {
  const accounts = await tx.find(AccountEntity, { id: { $in: [...ids] } }, { fields: ['id'] });
  return accounts.map(({ id }) => id);
}

/** Throws AlreadyTaken (from the transaction) when handle or address have an account. */
export async function insertAccount(tx: Transaction, account: Account): Promise<void> {
  await tx.insert(AccountEntity, account);
}

export async function updateAccount(
  tx: Transaction,
  id: UserId,
  changes: Partial<Omit<Account, 'id' | 'createdAt'>>,
): Promise<void> {
  await tx.nativeUpdate(AccountEntity, { id }, changes);
}

/** A number belongs to whoever proved it last: takes it from the account that had it. */
export async function releasePhone(tx: Transaction, phone: string): Promise<void> {
  await tx.nativeUpdate(AccountEntity, { phone }, { phone: null });
}

/** Until the transaction ends nobody else decides who gets this name. */
export async function lockName(
  tx: Transaction,
  kind: 'handle' | 'email' | 'phone',
  name: string,
): Promise<void> {
  await tx.execute('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`${kind}:${name}`]);
}
