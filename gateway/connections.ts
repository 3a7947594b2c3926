/**
 * The client sockets of this gateway, by user and by session: for the limit per user, for ending the sockets of a revoked session, and for closing all of
 * them a slice at a time. Kept by websocket.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Viewer } from '#schema/context.ts';
import { closeCodes } from '#schema/errors.ts';

export interface Connections {
  /** Every open socket, signed in or not. */
  readonly sockets: ReadonlySet<WebSocket>;
  add(socket: WebSocket): void;
  remove(socket: WebSocket): void;
  /** Ties a socket to its viewer; false when the user has too many, or the socket is gone. */
  identify(socket: WebSocket, viewer: Viewer): boolean;
  closeSession(sessionId: string): void;
  /** Closes everything with 1012 in slices, so that clients do not come back all at once. */
  closeAll(): Promise<void>;
}

const slice = 200;
const slicePauseMs = 100;
const terminateAfterMs = 2_000;

/** Empty. */
export function createConnections(userSocketsMax: number): Connections {
  const sockets = new Set<WebSocket>();
  const viewers = new Map<WebSocket, Viewer>();
  const byUser = new Map<string, Set<WebSocket>>();

  return {
    sockets,
    add: (socket) => {
      sockets.add(socket);
    },
    remove: (socket) => {
      sockets.delete(socket);
      const viewer = viewers.get(socket);
      if (viewer === undefined) return;
      viewers.delete(socket);
      const ofUser = byUser.get(viewer.userId);
      ofUser?.delete(socket);
      if (ofUser?.size === 0) byUser.delete(viewer.userId);
    },
    identify: (socket, viewer) => {
      // It went away while its token was checked, and would be counted for ever.
      if (!sockets.has(socket)) return false;
      const ofUser = byUser.get(viewer.userId) ?? new Set();
      if (ofUser.size >= userSocketsMax) return false;
      byUser.set(viewer.userId, ofUser.add(socket));
      viewers.set(socket, viewer);
      return true;
    },
    closeSession: (sessionId) => {
      for (const [socket, viewer] of viewers) {
        if (viewer.sessionId === sessionId)
          closeSocket(socket, closeCodes.unauthenticated, 'The session has ended');
      }
    },
    closeAll: async () => {
      const all = [...sockets];
      for (let from = 0; from < all.length; from += slice) {
        if (from > 0) await delay(slicePauseMs);
        for (const socket of all.slice(from, from + slice))
          closeSocket(socket, closeCodes.restarting, 'Restarting');
      }
      await untilEmpty(sockets);
    },
  };
}

/** Closes with a code; a client that does not answer is cut off soon after, with all that is buffered for it. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  const cutting = setTimeout(() => socket.terminate(), terminateAfterMs);
  socket.once('close', () => clearTimeout(cutting));
}

async function untilEmpty(sockets: ReadonlySet<WebSocket>): Promise<void> {
  const giveUpAt = performance.now() + 2 * terminateAfterMs;
  while (sockets.size > 0 && performance.now() < giveUpAt) await delay(20);
}
