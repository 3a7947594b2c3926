/** Mutation.refreshToken: new tokens for the newest refresh token of a session. */
import type { MutationResolvers } from '#schema/generated/auth_resolvers.ts';
import type { AuthParts } from '../../parts.ts';
import { refresh } from '../../sessions/refresh.ts';

type Parts = Pick<AuthParts, 'database' | 'sessions' | 'outbox' | 'logger'>;

export function createRefreshToken(parts: Parts): NonNullable<MutationResolvers['refreshToken']> {
  return async (_parent, args, { client }) => {
    const { signedIn, revoked } = await refresh(parts, args.refreshToken, client);
    if (revoked) {
      parts.logger.warn('a refresh token was used twice, its session was ended');
      parts.outbox.wake();
    }
    if (signedIn !== null) return { __typename: 'SignedIn', ...signedIn };
    return {
      __typename: 'RefreshTokenInvalid',
      code: 'REFRESH_TOKEN_INVALID',
      message: 'The refresh token is unknown, used, expired or revoked; sign in again.',
      path: ['refreshToken'],
    };
  };
}
