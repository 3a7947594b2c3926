/**
 * Finds the users of one request in one statement. Called by User references and the queries that name one
 * user; made by auth.ts.
 */
import DataLoader from 'dataloader';
import type { SubgraphContext } from '#schema/context.ts';
import type { UserId } from '#schema/ids.ts';
import { parseUserId } from '#schema/ids.ts';
import type { Account } from '../db/accounts.ts';
import { findAccounts } from '../db/accounts.ts';
import type { Database } from '../db/database.ts';

export interface UserLoader {
  /** Null for what is no user's id. */
  load(context: SubgraphContext, id: string): Promise<Account | null>;
}

const batchMax = 500;

export function createUserLoader(database: Database): UserLoader {
  const loaders = new WeakMap<SubgraphContext, DataLoader<UserId, Account | null>>();
  const loadBatch = async (ids: readonly UserId[]) => {
    const accounts = await database.read((tx) => findAccounts(tx, ids));
    const byId = new Map(accounts.map((account) => [account.id, account]));
    return ids.map((id) => byId.get(id) ?? null);
  };
  return {
    async load(context, id) {
      const userId = parseUserId(id);
      if (userId === null) return null;
      const loader = loaders.get(context) ?? new DataLoader(loadBatch, { maxBatchSize: batchMax });
      loaders.set(context, loader);
      return loader.load(userId);
    },
  };
}
