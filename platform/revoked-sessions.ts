/**
 * Which sessions have been revoked while their access tokens are still valid. Every process that lets tokens in asks it.
 * Called by gateway, chat and storage, reads auth.events through platform/kafka/log-reader.
 */

import type { Kafka } from '#platform/kafka/client.ts';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import { toTopicName } from '#platform/kafka/topics.ts';
import type { Logger } from '#platform/logger.ts';
import { AuthEvent } from '#schema/generated/user_directory.ts';
import { topics } from '#schema/topics.ts';

export interface RevokedSessionsOptions {
  readonly kafka: Kafka;
  readonly config: {
    readonly kafkaTopicPrefix: string;
    /** How long an access token can live; a revocation is remembered as long. */
    readonly accessTokenTtlMs: number;
  };
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface RevokedSessions extends AsyncDisposable {
  /** Resolves when every revocation that matters to a token of now is known. Rejects when disposed before. */
  readonly ready: Promise<void>;
  isRevoked(sessionId: string): boolean;
  /** Calls back once for every session revoked from now on; returns how to stop that. */
  onRevoked(listener: (sessionId: string) => void): () => void;
  /** False when revocations may be missing. */
  healthy(): boolean;
}

/** How far the clocks of our machines may be apart. */
const skewMs = 60_000;
const pruneMs = 60_000;

/** Reads the topic from the age of the oldest token that can still be valid. */
export function createRevokedSessions(options: RevokedSessionsOptions): RevokedSessions {
  const { kafka, config, logger, signal } = options;
  const topic = toTopicName(config, topics.authEvents);
  const rememberMs = config.accessTokenTtlMs + skewMs;
  const forgetAt = new Map<string, number>();
  const listeners = new Set<(sessionId: string) => void>();

  function note(record: LogRecord): void {
    const sessionId = decodeSession(record, logger);
    if (sessionId === null) return;
    const isNews = !forgetAt.has(sessionId);
    // Counted from now and not from the record's own time: a writer's slow clock must not shorten it.
    forgetAt.set(sessionId, performance.now() + rememberMs);
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

  const reader = createLogReader({
    kafka,
    topic,
    from: { timestampMs: Date.now() - rememberMs },
    onBatch: (records) => {
      for (const record of records) note(record);
    },
    logger,
    signal,
  });
  const pruning = setInterval(() => {
    const now = performance.now();
    for (const [sessionId, at] of forgetAt) if (at <= now) forgetAt.delete(sessionId);
  }, pruneMs);
  pruning.unref();

  return {
    ready: reader.caughtUp,
    isRevoked: (sessionId) => forgetAt.has(sessionId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    healthy: () => reader.healthy(),
    async [Symbol.asyncDispose]() {
      clearInterval(pruning);
      listeners.clear();
      await reader[Symbol.asyncDispose]();
    },
  };
}

/** The session a record revokes, or null when it is about something else. */
function decodeSession({ value, offset }: LogRecord, logger: Logger): string | null {
  if (value === null) return null;
  try {
    const { body } = AuthEvent.decode(value);
    return body?.$case === 'sessionRevoked' ? body.value.sessionId : null;
  } catch (error) {
    logger.error({ offset: String(offset), err: error }, 'a record of auth.events could not be decoded');
    return null;
  }
}
