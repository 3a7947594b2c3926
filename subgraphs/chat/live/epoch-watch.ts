/**
 * LIVE: notices within seconds that the log was replaced, also when no stream asks the store for a top. Until then live events of the
 * new log can be taken for repeats of the old one. Made by chat.ts; tells event-feed.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/logger.ts';
import type { MessageStore } from '../message-store.ts';
import type { EventFeed } from './event-feed.ts';

const checkMs = 5_000;

export interface EpochWatchOptions {
  readonly store: Pick<MessageStore, 'readInboxTop'>;
  readonly feed: Pick<EventFeed, 'noteEpoch'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Asks the store every few seconds until the signal aborts. */
export async function watchEpoch({ store, feed, logger, signal }: EpochWatchOptions): Promise<void> {
  while (!signal.aborted) {
    await delay(checkMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      feed.noteEpoch((await store.readInboxTop({ viewerId: '' }, { signal })).logEpoch);
    } catch (error) {
      logger.debug({ err: error }, "the log's identity could not be read");
    }
  }
}
