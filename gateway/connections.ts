/**
 * The clients' connections of this gateway that stay, by user and by session: for the limit per user, for ending those of a revoked session, and for
 * closing all of them a slice at a time. Kept by the transports (websocket.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Viewer } from '#schema/context.ts';
import { closeCodes } from '#schema/errors.ts';

/** One of them, whatever it speaks. */
export interface ClientConnection {
  /** Ends it with a WebSocket close code, or what its protocol has for it. */
  close(code: number, reason: string): void;
}

export interface Connections {
  /** Every one that is open, signed in or not. */
  readonly open: ReadonlySet<ClientConnection>;
  add(connection: ClientConnection): void;
  remove(connection: ClientConnection): void;
  /** Ties it to its viewer; false when the user has too many, or it is gone. */
  identify(connection: ClientConnection, viewer: Viewer): boolean;
  closeSession(sessionId: string): void;
  /** Closes everything with 1012 in slices, so that clients do not come back all at once. */
  closeAll(): Promise<void>;
}

const slice = 200;
const slicePauseMs = 100;
const closeWaitMs = 4_000;

/** Empty. */
export function createConnections(userConnectionsMax: number): Connections {
  const open = new Set<ClientConnection>();
  const viewers = new Map<ClientConnection, Viewer>();
  const byUser = new Map<string, Set<ClientConnection>>();

  return {
    open,
    add: (connection) => {
      open.add(connection);
    },
    remove: (connection) => {
      open.delete(connection);
      const viewer = viewers.get(connection);
      if (viewer === undefined) return;
      viewers.delete(connection);
      const ofUser = byUser.get(viewer.userId);
      ofUser?.delete(connection);
      if (ofUser?.size === 0) byUser.delete(viewer.userId);
    },
    identify: (connection, viewer) => {
      // It went away while its token was checked, and would be counted for ever.
      if (!open.has(connection)) return false;
      const ofUser = byUser.get(viewer.userId) ?? new Set();
      if (ofUser.size >= userConnectionsMax) return false;
      byUser.set(viewer.userId, ofUser.add(connection));
      viewers.set(connection, viewer);
      return true;
    },
    closeSession: (sessionId) => {
      for (const [connection, viewer] of viewers) {
        if (viewer.sessionId === sessionId)
          connection.close(closeCodes.unauthenticated, 'The session has ended');
      }
    },
    closeAll: async () => {
      const all = [...open];
      for (let from = 0; from < all.length; from += slice) {
        if (from > 0) await delay(slicePauseMs);
        for (const connection of all.slice(from, from + slice))
          connection.close(closeCodes.restarting, 'Restarting');
      }
      const giveUpAt = performance.now() + closeWaitMs;
      while (open.size > 0 && performance.now() < giveUpAt) await delay(20);
    },
  };
}
