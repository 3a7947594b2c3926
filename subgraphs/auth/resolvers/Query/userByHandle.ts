/** Query.userByHandle: the user with this handle, for whoever is signed in. */
import type { QueryResolvers } from '#schema/generated/auth_resolvers.ts';
import { parseHandle } from '../../accounts/profile-rules.ts';
import { findAccount } from '../../db/accounts.ts';
import type { AuthParts } from '../../parts.ts';
import { toUser } from '../viewer-view.ts';

export function createUserByHandle({
  database,
  sessions,
}: Pick<AuthParts, 'database' | 'sessions'>): NonNullable<QueryResolvers['userByHandle']> {
  return async (_parent, args, context) => {
    await sessions.requireLive(context);
    const handle = parseHandle(args.handle);
    if ('refusal' in handle) return null;
    const account = await database.read((tx) => findAccount(tx, { handle: handle.value }));
    return account === null ? null : toUser(account);
  };
}
