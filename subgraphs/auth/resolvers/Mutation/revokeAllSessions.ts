/** Mutation.revokeAllSessions: ends every session of the viewer, the one of the request too. */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { endSessions } from '../../db/sessions.ts';
import type { AuthParts } from '../../parts.ts';
import { accepted } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'outbox'>;

export function createRevokeAllSessions({
  database,
  sessions,
  outbox,
}: Parts): NonNullable<MutationResolvers['revokeAllSessions']> {
  return async (_parent, _args, context) => {
    const { account } = await sessions.requireLive(context);
    await database.transaction((tx) => endSessions(tx, account.id, 'all'));
    outbox.wake();
    return accepted;
  };
}
