/** Query.viewer: the signed-in account; null without a token, UNAUTHENTICATED when its session has ended. */
import type { QueryResolvers } from '#schema/generated/auth_resolvers.ts';
import type { AuthParts } from '../../parts.ts';

export function createViewer({
  database,
  sessions,
}: Pick<AuthParts, 'database' | 'sessions'>): NonNullable<QueryResolvers['viewer']> {
  return async (_parent, _args, context) => {
    if (context.viewer === null) return null;
    const { account, session } = await sessions.requireLive(context);
    return database.read((tx) => sessions.view(tx, account, session.id));
  };
}
