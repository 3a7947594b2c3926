/**
 * What auth tells every process: sessions that were revoked, profiles that have changed. Read once and told to all who listen, which are
 * revoked-sessions.ts and the gateway's entity cache. Made by gateway, chat and storage, reads auth.events through platform/kafka/log-reader.
 */

import type { Kafka } from '#platform/kafka/client.ts';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import { toTopicName } from '#platform/kafka/topics.ts';
import type { Logger } from '#platform/logger.ts';
import { AuthEvent } from '#schema/generated/user_directory.ts';
import { topics } from '#schema/topics.ts';

export interface AuthEventsOptions {
  readonly kafka: Kafka;
  readonly config: {
    readonly kafkaTopicPrefix: string;
    /** How long an access token can live. */
    readonly accessTokenTtlMs: number;
  };
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface AuthEvents extends AsyncDisposable {
  /** How old the first events are: as old as a token can be that is still valid. */
  readonly pastMs: number;
  /** Resolves when everything that was there at the start has been told. Rejects when disposed before. */
  readonly ready: Promise<void>;
  /** Whoever listens before the caller next waits hears everything, some of it more than once. Returns how to stop that. */
  listen(listener: (event: AuthEvent) => void): () => void;
  /** False when events may be missing. */
  healthy(): boolean;
}

/** How far the clocks of our machines may be apart. */
const skewMs = 60_000;

/** Starts to read. */
export function createAuthEvents({ kafka, config, logger, signal }: AuthEventsOptions): AuthEvents {
  const pastMs = config.accessTokenTtlMs + skewMs;
  const listeners = new Set<(event: AuthEvent) => void>();

  function tell(event: AuthEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // The other listeners must hear of it all the same.
        logger.error({ userId: event.userId, err: error }, 'a listener failed on an event of auth');
      }
    }
  }

  const reader = createLogReader({
    kafka,
    topic: toTopicName(config, topics.authEvents),
    from: { timestampMs: Date.now() - pastMs },
    onBatch: (records) => {
      for (const record of records) {
        const event = decode(record, logger);
        if (event !== null) tell(event);
      }
    },
    logger,
    signal,
  });

  return {
    pastMs,
    ready: reader.caughtUp,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    healthy: () => reader.healthy(),
    async [Symbol.asyncDispose]() {
      listeners.clear();
      await reader[Symbol.asyncDispose]();
    },
  };
}

/** Null for what auth has not written. */
function decode({ value, offset }: LogRecord, logger: Logger): AuthEvent | null {
  if (value === null) return null;
  try {
    return AuthEvent.decode(value);
  } catch (error) {
    logger.error({ offset: String(offset), err: error }, 'a record of auth.events could not be decoded');
    return null;
  }
}
