/**
 * Which sessions have been revoked while their access tokens are still valid. Every process that lets tokens in asks it.
 * Called by gateway, chat and storage, hears of them from auth-events.ts.
 */

import type { AuthEvents } from '#platform/auth-events.ts';
import type { Logger } from '#platform/logger.ts';

export interface RevokedSessions extends Disposable {
  isRevoked(sessionId: string): boolean;
  /** Calls back once for every session revoked from now on; returns how to stop that. */
  onRevoked(listener: (sessionId: string) => void): () => void;
}

const pruneMs = 60_000;

/** Knows every revocation that matters to a token of now when the events are ready, and all of them while these are healthy. */
export function createRevokedSessions(events: AuthEvents, logger: Logger): RevokedSessions {
  const forgetAt = new Map<string, number>();
  const listeners = new Set<(sessionId: string) => void>();

  function note(sessionId: string): void {
    const isNews = !forgetAt.has(sessionId);
    // Counted from now and not from the record's own time: a writer's slow clock must not shorten it.
    forgetAt.set(sessionId, performance.now() + events.pastMs);
    if (!isNews) return;
    for (const listener of listeners) {
      try {
        listener(sessionId);
      } catch (error) {
        // The other listeners must hear of it all the same.
        logger.error({ sessionId, err: error }, 'a listener failed on a revoked session');
      }
    }
  }

  const unlisten = events.listen(({ body }) => {
    if (body?.$case === 'sessionRevoked') note(body.value.sessionId);
  });
  const pruning = setInterval(() => {
    const now = performance.now();
    for (const [sessionId, at] of forgetAt) if (at <= now) forgetAt.delete(sessionId);
  }, pruneMs);
  pruning.unref();

  return {
    isRevoked: (sessionId) => forgetAt.has(sessionId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.dispose]() {
      unlisten();
      clearInterval(pruning);
      listeners.clear();
    },
  };
}
