/** Mutation.logout: ends the session of the request. */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import { endSessions } from '../../db/sessions.ts';
import type { AuthParts } from '../../parts.ts';
import { accepted } from '../refusals.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'outbox'>;

export function createLogout({
  database,
  sessions,
  outbox,
}: Parts): NonNullable<MutationResolvers['logout']> {
  return async (_parent, _args, context) => {
    const { account, session } = await sessions.requireLive(context);
    await database.transaction((tx) => endSessions(tx, account.id, { only: [session.id] }));
    outbox.wake();
    return accepted;
  };
}
