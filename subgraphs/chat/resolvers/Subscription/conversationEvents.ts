/**
 * LIVE: one conversation's events from a cursor on. Called through the subgraph's WebSocket; calls
 * event-stream.ts with a conversation source.
 */
import type { Clock } from '#platform/clock.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import { formatEventCursor } from '#schema/cursors.ts';
import type { SubscriptionResolvers } from '#schema/generated/chat_resolvers.ts';
import type { ConversationId } from '#schema/ids.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { LiveParts } from '../../live/conversation-source.ts';
import { createConversationSource } from '../../live/conversation-source.ts';
import { readEventCursor, requireFeed } from '../../live/cursors.ts';
import type { StreamItem } from '../../live/event-stream.ts';
import { createEventStream } from '../../live/event-stream.ts';
import type { BufferLimits } from '../../live/live-buffer.ts';
import type { ViewerStreams } from '../../live/viewer-streams.ts';
import { notAMember } from '../../message-store.ts';
import { toConversationEvent } from '../../to-conversation-event.ts';

export interface EventStreamParts {
  readonly live: LiveParts;
  readonly streams: ViewerStreams;
  readonly streamLimits: BufferLimits & { readonly retryMs: number };
  readonly clock: Clock;
}

export function createConversationEvents(
  parts: EventStreamParts,
): NonNullable<SubscriptionResolvers['conversationEvents']> {
  return {
    async subscribe(_root, { conversationId: id, after: cursor }, context) {
      const viewer = requireViewer(context);
      const conversationId = parseConversationId(id);
      if (conversationId === null) throw notAMember();
      const after = cursor == null ? null : readEventCursor(cursor, conversationId);
      requireFeed(parts.live.feed);
      const { outlet, open } = createEventStream({
        source: createConversationSource(parts.live, { viewerId: viewer.userId, conversationId }),
        after: after && { logEpoch: after.logEpoch, position: new Map([[0, after.eventSeq]]) },
        limits: parts.streamLimits,
        clock: parts.clock,
        toPayload: (item) => toRoot(item, conversationId),
      });
      parts.streams.guard(viewer, outlet);
      await open();
      return outlet;
    },
  };
}

type StreamPayload = NonNullable<ReturnType<typeof toStreamItem>>;
type Root = { readonly conversationEvents: StreamPayload };

const roots = new WeakMap<StreamPayload, Root>();

/** The same object for the same event, by which all who get it share what is made of it. */
function toRoot(item: StreamItem, conversationId: ConversationId): Root | null {
  const payload = toStreamItem(item, conversationId);
  if (payload === null) return null;
  const root = roots.get(payload) ?? { conversationEvents: payload };
  roots.set(payload, root);
  return root;
}

function toStreamItem(item: StreamItem, conversationId: ConversationId) {
  switch (item.kind) {
    case 'event':
      return toConversationEvent(item.event, item.logEpoch);
    case 'caughtUp': {
      const eventSeq = item.position.get(0) ?? 0;
      const cursor = formatEventCursor({ logEpoch: item.logEpoch, conversationId, eventSeq });
      return { __typename: 'CaughtUp', cursor } as const;
    }
    case 'resyncRequired':
      return { __typename: 'ResyncRequired', reason: item.reason } as const;
    default:
      return item satisfies never;
  }
}
