/**
 * LIVE: a copy that is cut off from Kafka keeps its streams open and has nothing to say on them. So it sends them to the other copies, again and again
 * until it hears the log; where all are cut off they only move around. Started by chat.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#platform/logger.ts';
import type { SubgraphSocket } from '#platform/subgraph/websocket.ts';
import type { EventFeed } from './event-feed.ts';

const pollMs = 1_000;
const deafMsMax = 5_000;
const againMs = 15_000;

/** Until the signal. */
export async function watchFeed({
  feed,
  socket,
  logger,
  signal,
}: {
  readonly feed: Pick<EventFeed, 'healthy'>;
  readonly socket: Pick<SubgraphSocket, 'sendAway'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  let heardAt = performance.now();
  let sentAt = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    const now = performance.now();
    if (feed.healthy()) heardAt = now;
    else if (now - heardAt > deafMsMax && now - sentAt > againMs) {
      sentAt = now;
      logger.warn('no events are heard: streams are sent to the other copies');
      await socket.sendAway();
    }
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}
