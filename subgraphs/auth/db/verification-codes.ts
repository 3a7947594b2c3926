/**
 * Stores verification codes; tries and the single use are counted by Postgres, so parallel tries get no more
 * than others. Called by codes/codes.ts.
 */
import type { InferEntity } from '@mikro-orm/core';
import { lockName } from './accounts.ts';
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

/** Where a code is looked for: without an owner among those of all that the address was mailed. */
export type CodeScope = Omit<CodeKey, 'owner'> & { readonly owner?: string };

export interface LiveCode {
  readonly owner: string;
  readonly codeHash: string;
  readonly triesLeft: number;
}

/** Makes it the only code of its key. */
export async function saveCode(tx: Transaction, code: VerificationCode): Promise<void> {
  await tx.upsert(VerificationCodeEntity, code);
}

const countTrySql = `
  UPDATE verification_code SET tries = tries + 1
  WHERE purpose = ? AND address = ? AND owner = coalesce(?, owner) AND tries < ? AND expires_at > ?
  RETURNING owner, code_hash, tries`;

/**
 * Counts one try on every live code of the scope and gives what to compare with. A guess is compared with all
 * of them, so it costs all of them: no code is ever compared with more than `triesMax` guesses, and nobody
 * has more chances for having several codes sent.
 */
export async function countTry(
  tx: Transaction,
  { purpose, address, owner }: CodeScope,
  triesMax: number,
): Promise<LiveCode[]> {
  // Parallel tries would lock the rows in different orders.
  await lockName(tx, purpose === 'PHONE' ? 'phone' : 'email', address);
  const params = [purpose, address, owner ?? null, triesMax, new Date()];
  const rows = await tx.execute<{ owner: string; code_hash: string; tries: number }[]>(countTrySql, params);
  return rows.map((row) => ({
    owner: row.owner,
    codeHash: row.code_hash,
    triesLeft: triesMax - row.tries,
  }));
}

/** True for the one caller that uses the code up. */
export async function takeCode(tx: Transaction, key: CodeKey, codeHash: string): Promise<boolean> {
  return (await tx.nativeDelete(VerificationCodeEntity, { ...key, codeHash })) === 1;
}
