/**
 * Mutation.revokeSession: ends one session of the viewer. Another account's session is as unknown as none.
 */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { parseSessionId } from '#schema/ids.ts';
import { endSessions } from '../../db/sessions.ts';
import type { AuthParts } from '../../parts.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'outbox'>;

export function createRevokeSession({
  database,
  sessions,
  outbox,
}: Parts): NonNullable<MutationResolvers['revokeSession']> {
  return async (_parent, args, context) => {
    const { account } = await sessions.requireLive(context);
    const id = parseSessionId(args.id);
    const only = id === null ? [] : [id];
    const ended = await database.transaction((tx) => endSessions(tx, account.id, { only }));
    outbox.wake();
    if (ended > 0) return { __typename: 'RevokeSessionSuccess', id: args.id };
    return {
      __typename: 'SessionNotFound',
      code: 'SESSION_NOT_FOUND',
      message: 'You have no such session.',
      path: ['id'],
    };
  };
}
