/**
 * LIVE: the events of all of a viewer's conversations for event-stream.ts, numbered by logSeq per partition.
 * Called by Subscription.inboxEvents.
 */

import { overloaded } from '#platform/graphql-errors.ts';
import { isPassing, toReadError } from '../message-store.ts';
import type { LiveParts } from './conversation-source.ts';
import type { StreamSource } from './event-stream.ts';
import { furthest } from './position.ts';

const attachTriesMax = 3;

/** More passed between reading the top and attaching than the hub remembers. */
class TopOutrun extends Error {
  override readonly name = 'TopOutrun';
}

/** Membership is that of the top, then follows the viewer's MemberJoined and MemberLeft. */
export function createInboxSource({ store, hub, feed }: LiveParts, viewerId: string): StreamSource {
  return {
    isDense: false,
    numberOf: (event) => ({ lane: event.partition, seq: event.logSeq }),
    positionAfter: (position, { partition, logSeq }, seen) => {
      const passed = new Map(position ?? []).set(partition, logSeq);
      // What the hub had seen elsewhere has been offered before, so the cursor may stand behind it.
      return seen === null ? passed : furthest(passed, seen);
    },
    async attach(buffer, signal) {
      for (let tries = 1; tries <= attachTriesMax; tries += 1) {
        const { logEpoch, partitions, conversationIds } = await store.readInboxTop({ viewerId }, { signal });
        feed.noteEpoch(logEpoch);
        const last = new Map(partitions.map(({ partition, logSeq }) => [partition, logSeq]));
        const first = new Map(partitions.map(({ partition, firstLogSeq }) => [partition, firstLogSeq]));
        if (hub.attachInbox(buffer, { viewerId, conversationIds, top: last }))
          return { logEpoch, last, first };
      }
      throw new TopOutrun();
    },
    detach: (buffer) => hub.detachInbox(buffer),
    async *replay({ after, upTo }, signal) {
      const ranges = [...upTo]
        .map(([partition, upToLogSeq]) => ({ partition, afterLogSeq: after.get(partition) ?? 0, upToLogSeq }))
        .filter(({ afterLogSeq, upToLogSeq }) => afterLogSeq < upToLogSeq);
      for await (const { events } of store.replayInbox({ viewerId, ranges }, { signal })) yield events;
    },
    // Leaving one conversation ends only that one: the hub stops after it.
    endsAfter: () => null,
    judge: (error) => {
      if (error instanceof TopOutrun) return { retry: true, error: overloaded(1_000, error) };
      return { retry: isPassing(error), error: toReadError(error) };
    },
  };
}
