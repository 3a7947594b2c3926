/**
 * Reads and writes refresh tokens; hold `lockSession` while deciding about one. Called by
 * sessions/sign-in.ts and sessions/refresh.ts.
 */
import type { InferEntity } from '@mikro-orm/core';
import type { Transaction } from './database.ts';
import { RefreshTokenEntity } from './refresh-token.entity.ts';

export type RefreshToken = InferEntity<typeof RefreshTokenEntity>;

/** As it is now, also when this transaction has read it before. */
export function findRefreshToken(tx: Transaction, hash: string): Promise<RefreshToken | null> {
  return tx.findOne(RefreshTokenEntity, { hash }, { refresh: true });
}

/** The token that was given out for this one and stands: at most one. */
export function findChild(tx: Transaction, parentHash: string): Promise<RefreshToken | null> {
  return tx.findOne(RefreshTokenEntity, { parentHash, replacedAt: null });
}

export async function insertRefreshToken(tx: Transaction, token: RefreshToken): Promise<void> {
  await tx.insert(RefreshTokenEntity, token);
}

export async function markRefreshToken(
  tx: Transaction,
  hash: string,
  mark: { readonly usedAt: Date } | { readonly replacedAt: Date },
): Promise<void> {
  await tx.nativeUpdate(RefreshTokenEntity, { hash }, mark);
}
