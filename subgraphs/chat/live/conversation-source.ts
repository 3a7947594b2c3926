/**
 * LIVE: the events of one conversation for event-stream.ts, numbered by eventSeq without holes. Called by
 * Subscription.conversationEvents.
 */
import type { ChatEvent } from '#schema/generated/events.ts';
import type { MessageStore } from '../message-store.ts';
import { isPassing, notAMember, toReadError } from '../message-store.ts';
import type { EventFeed } from './event-feed.ts';
import type { EventHub } from './event-hub.ts';
import { memberOf } from './event-hub.ts';
import type { StreamSource } from './event-stream.ts';
import type { Position } from './position.ts';

/** What streams ask of the message store. */
type LiveStore = Pick<MessageStore, 'readConversationTop' | 'replay' | 'readInboxTop' | 'replayInbox'>;

export interface LiveParts {
  readonly store: LiveStore;
  readonly hub: EventHub;
  readonly feed: EventFeed;
}

const onlyLane = 0;

/** For a viewer who must be a member: NOT_FOUND of the store ends the stream with FORBIDDEN. */
export function createConversationSource(
  { store, hub, feed }: LiveParts,
  { viewerId, conversationId }: { readonly viewerId: string; readonly conversationId: string },
): StreamSource {
  return {
    isDense: true,
    numberOf: (event) => ({ lane: onlyLane, seq: event.eventSeq }),
    positionAfter: (_position, event) => positionAt(event),
    async attach(buffer, signal) {
      hub.attachConversation(buffer, conversationId);
      const top = await store.readConversationTop({ viewerId, conversationId }, { signal });
      feed.noteEpoch(top.logEpoch);
      return { logEpoch: top.logEpoch, last: lanes(top.eventSeq), first: lanes(top.firstEventSeq) };
    },
    detach: (buffer) => hub.detachConversation(buffer, conversationId),
    async *replay({ after, upTo }, signal) {
      const request = {
        viewerId,
        conversationId,
        afterEventSeq: after.get(onlyLane) ?? 0,
        upToEventSeq: upTo.get(onlyLane) ?? 0,
      };
      for await (const { events } of store.replay(request, { signal })) yield events;
    },
    endsAfter: (event: ChatEvent) => (memberOf(event, 'memberLeft') === viewerId ? notAMember() : null),
    judge: (error) => ({ retry: isPassing(error), error: toReadError(error) }),
  };
}

const positions = new WeakMap<ChatEvent, Position>();

/** One for all streams of the conversation: thousands of them pass the same event. */
function positionAt(event: ChatEvent): Position {
  const known = positions.get(event);
  if (known !== undefined) return known;
  const position = lanes(event.eventSeq);
  positions.set(event, position);
  return position;
}

function lanes(eventSeq: number): Map<number, number> {
  return new Map([[onlyLane, eventSeq]]);
}
