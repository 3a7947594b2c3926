/**
 * Stores verification codes; tries and the single use are counted by Postgres, so parallel tries get no more
 * than others. Called by codes/codes.ts.
 */
import type { InferEntity } from '@mikro-orm/core';
import type { CodePurpose } from './code-purpose.ts';
import type { Transaction } from './database.ts';
import { VerificationCodeEntity } from './verification-code.entity.ts';

type VerificationCode = InferEntity<typeof VerificationCodeEntity>;

/** What a code is bound to. */
export interface CodeKey {
  readonly purpose: CodePurpose;
  readonly address: string;
  readonly owner: string;
}

/** Makes it the only code of its key. */
export async function saveCode(tx: Transaction, code: VerificationCode): Promise<void> {
  await tx.upsert(VerificationCodeEntity, code);
}

const countTrySql = `
  UPDATE verification_code SET tries = tries + 1
  WHERE purpose = ? AND address = ? AND owner = ? AND tries < ? AND expires_at > ?
  RETURNING code_hash, tries`;

/**
 * Counts one try and gives what to compare with; null when there is no live code or its tries are used up.
 */
export async function countTry(
  tx: Transaction,
  { purpose, address, owner }: CodeKey,
  triesMax: number,
): Promise<{ codeHash: string; triesLeft: number } | null> {
  const params = [purpose, address, owner, triesMax, new Date()];
  const rows = await tx.execute<{ code_hash: string; tries: number }[]>(countTrySql, params);
  const row = rows[0];
  return row === undefined ? null : { codeHash: row.code_hash, triesLeft: triesMax - row.tries };
}

/** True for the one caller that uses the code up. */
export async function takeCode(tx: Transaction, key: CodeKey, codeHash: string): Promise<boolean> {
  return (await tx.nativeDelete(VerificationCodeEntity, { ...key, codeHash })) === 1;
}
