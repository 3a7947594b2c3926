/**
 * The page query behind searchUsers: handle or display name by prefix, best match first. Called by
 * resolvers/Query/searchUsers.ts.
 */

import { AccountEntity } from './account.entity.ts';
import type { Account } from './accounts.ts';
import type { Transaction } from './database.ts';

/**
 * Where an account stands among the matches: 0 the very handle, 1 a longer handle, 2 by display name; then
 * by handle.
 */
export interface MatchPosition {
  readonly rank: number;
  readonly handle: string;
}

export interface AccountMatch extends MatchPosition {
  readonly account: Account;
}

export interface AccountSearch {
  /** Lower case. */
  readonly prefix: string;
  readonly limit: number;
  readonly after: MatchPosition | null;
}

const searchSql = `
  SELECT * FROM (
    SELECT *, CASE WHEN handle = ? THEN 0 WHEN handle LIKE ? THEN 1 ELSE 2 END AS rank
    FROM account
    WHERE handle LIKE ? OR lower(display_name) COLLATE "C" LIKE ?
  ) AS match
  WHERE (rank, handle) > (?, ? COLLATE "C")
  ORDER BY rank, handle
  LIMIT ?`;

/** At most `limit` matches after the position. */
export async function searchAccounts(
  tx: Transaction,
  { prefix, limit, after }: AccountSearch,
): Promise<AccountMatch[]> {
  const pattern = `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
  const params = [prefix, pattern, pattern, pattern, after?.rank ?? -1, after?.handle ?? '', limit];
  const rows = await tx.execute<{ rank: number; handle: string }[]>(searchSql, params);
  return rows.map((row) => ({ rank: row.rank, handle: row.handle, account: tx.map(AccountEntity, row) }));
}
