/** Query.user: the user with this id, for whoever is signed in. */
import type { QueryResolvers } from '#schema/generated/auth_resolvers.ts';
import type { AuthParts } from '../../parts.ts';
import { toUser } from '../viewer-view.ts';

export function createUserById({
  sessions,
  users,
}: Pick<AuthParts, 'sessions' | 'users'>): NonNullable<QueryResolvers['user']> {
  return async (_parent, { id }, context) => {
    await sessions.requireLive(context);
    const account = await users.load(context, id);
    return account === null ? null : toUser(account);
  };
}
