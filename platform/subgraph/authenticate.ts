/**
 * Who asks a subgraph: the caller must have the internal key, the viewer is read from the access token that the gateway passes on.
 * Called by subgraph/server.ts for HTTP and by subgraph/websocket.ts for each operation of a socket.
 */

import type { TokenVerifier } from '#platform/access-token.ts';
import { TokenRejected } from '#platform/access-token.ts';
import { unauthenticated } from '#platform/graphql-errors.ts';
import type { SubgraphContext, Viewer } from '#schema/context.ts';

/** Headers by which the gateway tells subgraphs about the client; stripped from what clients send. */
export const clientHeaders = { ipAddress: 'x-client-ip', userAgent: 'x-client-user-agent' } as const;

export interface Authentication {
  readonly verifier: TokenVerifier;
  readonly isRevoked: (sessionId: string) => boolean;
}

/** The viewer of `Bearer <token>`; null without one. Throws UNAUTHENTICATED for a token that is not good. */
export async function authenticate(
  authorization: string | undefined,
  authentication: Authentication,
): Promise<Viewer | null> {
  if (authorization === undefined || authorization === '') return null;
  const [scheme, token, ...rest] = authorization.split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0) throw unauthenticated();
  try {
    const viewer = await authentication.verifier.verify(token);
    if (authentication.isRevoked(viewer.sessionId))
      throw unauthenticated('The session has ended; sign in again.');
    return viewer;
  } catch (error) {
    if (error instanceof TokenRejected)
      throw unauthenticated(`${error.message} Get a new one with refreshToken or sign in again.`);
    throw error;
  }
}

/** The viewer; throws UNAUTHENTICATED when nobody is signed in. */
export function requireViewer(context: SubgraphContext): Viewer {
  if (context.viewer === null) throw unauthenticated();
  return context.viewer;
}
