/**
 * LIVE: what ends a viewer's streams from outside: the end of their access token, the revocation of their
 * session. Also counts them: a bound for the process, and what presence is made of. Called by every
 * subscription; calls platform/revoked-sessions and signals/presence.ts.
 */

import { overloaded, unauthenticated } from '#platform/graphql-errors.ts';
import type { Viewer } from '#schema/context.ts';
import type { Outlet } from './outlet.ts';

export interface ViewerStreams extends Disposable {
  /**
   * Ends the stream when the viewer may not read any more. Throws OVERLOADED when too many are open,
   * UNAUTHENTICATED when it is too late.
   */
  guard(viewer: Viewer, outlet: Pick<Outlet<unknown>, 'signal' | 'fail'>): void;
  readonly count: number;
}

export interface ViewerStreamsOptions {
  readonly streamsMax: number;
  readonly isRevoked: (sessionId: string) => boolean;
  readonly onRevoked: (listener: (sessionId: string) => void) => () => void;
  /** Told that the viewer has one stream more; returns what to call when it has ended. */
  readonly onOpened: (viewer: Viewer) => () => void;
}

const retryAfterMs = 2_000;
/**
 * The gateway closes the client's socket at once, with a code that says why. This is the net below it and
 * must not get ahead of it.
 */
const graceMs = 1_500;

export function createViewerStreams({
  streamsMax,
  isRevoked,
  onRevoked,
  onOpened,
}: ViewerStreamsOptions): ViewerStreams {
  const bySession = new Map<string, Set<() => void>>();
  let count = 0;
  const stopListening = onRevoked((sessionId) => {
    for (const end of bySession.get(sessionId) ?? []) setTimeout(end, graceMs);
  });
  return {
    get count() {
      return count;
    },
    guard(viewer, outlet) {
      if (count >= streamsMax) {
        const error = overloaded(retryAfterMs);
        outlet.fail(error);
        throw error;
      }
      const end = () =>
        outlet.fail(unauthenticated('The sign-in has ended; get a new token or sign in again.'));
      const lifeMs = viewer.expiresAtMs - Date.now();
      if (lifeMs <= 0 || isRevoked(viewer.sessionId)) {
        end();
        throw unauthenticated();
      }
      count += 1;
      const timer = setTimeout(end, lifeMs + graceMs);
      const ofSession = bySession.get(viewer.sessionId) ?? new Set();
      bySession.set(viewer.sessionId, ofSession.add(end));
      const noteClosed = onOpened(viewer);
      outlet.signal.addEventListener('abort', () => {
        count -= 1;
        clearTimeout(timer);
        ofSession.delete(end);
        if (ofSession.size === 0 && bySession.get(viewer.sessionId) === ofSession)
          bySession.delete(viewer.sessionId);
        noteClosed();
      });
    },
    [Symbol.dispose]: stopListening,
  };
}
