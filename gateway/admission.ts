/**
 * Who may stay connected: reads the token of a connection, ends it when the token ends, and takes a newer one meanwhile. Used by the transports
 * (websocket.ts); calls viewer.ts.
 */
import type { Logger } from '#platform/logger.ts';
import { closeCodes } from '#schema/errors.ts';
import type { ClientConnection, Connections } from './connections.ts';
import type { Identity, IdentityOptions } from './viewer.ts';
import { describeRefusal, identify } from './viewer.ts';

export interface Admission {
  /** Who it is; null when the connection was closed because of it. */
  admit(connection: ClientConnection, authorization: string | undefined): Promise<Identity | null>;
  /** The same viewer with a newer token; null when the connection was closed because of it. */
  renew(
    connection: ClientConnection,
    authorization: string,
    before: Identity,
  ): Promise<(Identity & { kind: 'viewer' }) | null>;
  /** It is gone. */
  forget(connection: ClientConnection): void;
}

const timerMsMax = 2 ** 31 - 1;

export function createAdmission(options: {
  readonly identity: IdentityOptions;
  readonly connections: Connections;
  readonly logger: Logger;
}): Admission {
  const { connections } = options;
  const expiries = new WeakMap<ClientConnection, NodeJS.Timeout>();

  /** Closes it when nobody can be made of the token. */
  async function read(
    connection: ClientConnection,
    authorization: string | undefined,
  ): Promise<Identity | null> {
    const identity = await identify(authorization, options.identity).catch((error: unknown) => {
      options.logger.error({ err: error }, 'access tokens can not be checked');
      return null;
    });
    if (identity === null) connection.close(closeCodes.overloaded, 'Sign-in is not available, try again');
    if (identity?.kind !== 'refused') return identity;
    const code = identity.reason === 'expired' ? closeCodes.tokenExpired : closeCodes.unauthenticated;
    connection.close(code, describeRefusal(identity.reason));
    return null;
  }

  function endAt(connection: ClientConnection, expiresAtMs: number): void {
    clearTimeout(expiries.get(connection));
    const lifeMs = Math.min(expiresAtMs - Date.now(), timerMsMax);
    const end = () => connection.close(closeCodes.tokenExpired, describeRefusal('expired'));
    expiries.set(connection, setTimeout(end, lifeMs));
  }

  return {
    admit: async (connection, authorization) => {
      const identity = await read(connection, authorization);
      if (identity?.kind !== 'viewer') return identity;
      if (!connections.identify(connection, identity.viewer)) {
        connection.close(closeCodes.overloaded, 'Too many sockets');
        return null;
      }
      endAt(connection, identity.viewer.expiresAtMs);
      return identity;
    },
    renew: async (connection, authorization, before) => {
      const identity = await read(connection, authorization);
      if (identity === null) return null;
      const session = before.kind === 'viewer' ? before.viewer.sessionId : null;
      if (identity.kind !== 'viewer' || identity.viewer.sessionId !== session) {
        connection.close(closeCodes.unauthenticated, 'The new token is not of the same session');
        return null;
      }
      endAt(connection, identity.viewer.expiresAtMs);
      return identity;
    },
    forget: (connection) => {
      clearTimeout(expiries.get(connection));
      connections.remove(connection);
    },
  };
}
