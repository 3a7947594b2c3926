/**
 * Type User: the reference by which other subgraphs name people. Public data, and only the gateway can ask,
 * so no viewer is required: live events share one answer.
 */
import type { UserResolvers } from '#schema/generated/auth_resolvers.ts';
import type { AuthParts } from '../parts.ts';
import { toUser } from './viewer-view.ts';

export function createUser({ users }: Pick<AuthParts, 'users'>): UserResolvers {
  return {
    __resolveReference: async (reference, context) => {
      const account = await users.load(context, reference.id);
      return account === null ? null : toUser(account);
    },
  };
}
