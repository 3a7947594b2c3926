/**
 * LIVE: the events of all of the viewer's conversations from a cursor on. Called through the subgraph's
 * WebSocket; calls event-stream.ts with an inbox source.
 */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import { formatInboxCursor } from '#schema/cursors.ts';
import type { SubscriptionResolvers } from '#schema/generated/chat_resolvers.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import { readInboxCursor, requireFeed } from '../../live/cursors.ts';
import type { StreamItem } from '../../live/event-stream.ts';
import { createEventStream } from '../../live/event-stream.ts';
import { createInboxSource } from '../../live/inbox-source.ts';
import { toConversationEvent } from '../../to-conversation-event.ts';
import type { EventStreamParts } from './conversationEvents.ts';

export function createInboxEvents(
  parts: EventStreamParts,
): NonNullable<SubscriptionResolvers['inboxEvents']> {
  return {
    async subscribe(_root, { after: cursor }, context) {
      const viewer = requireViewer(context);
      const after = cursor == null ? null : readInboxCursor(cursor);
      requireFeed(parts.live.feed);
      const { outlet, open } = createEventStream({
        source: createInboxSource(parts.live, viewer.userId),
        after,
        limits: parts.streamLimits,
        clock: parts.clock,
        toPayload: toRoot,
      });
      parts.streams.guard(viewer, outlet);
      await open();
      return outlet;
    },
  };
}

type InboxPayload = NonNullable<ReturnType<typeof toInboxItem>>;
type Root = { readonly inboxEvents: InboxPayload };

/** By event and cursor. */
const roots = new WeakMap<ChatEvent, Map<string, Root>>();

/** The same object for all who are live, whose cursors are the same: they share what is made of it. */
function toRoot(item: StreamItem): Root | null {
  if (item.kind !== 'event') return toNewRoot(item);
  const ofEvent = roots.get(item.event) ?? new Map<string, Root>();
  const cursor = toCursor(item);
  const root = ofEvent.get(cursor) ?? toNewRoot(item);
  if (root !== null) roots.set(item.event, ofEvent.set(cursor, root));
  return root;
}

function toNewRoot(item: StreamItem): Root | null {
  const payload = toInboxItem(item);
  return payload && { inboxEvents: payload };
}

function toInboxItem(item: StreamItem) {
  switch (item.kind) {
    case 'event': {
      const event = toConversationEvent(item.event, item.logEpoch);
      return event && ({ __typename: 'InboxEvent', cursor: toCursor(item), event } as const);
    }
    case 'caughtUp':
      return { __typename: 'InboxCaughtUp', cursor: toCursor(item) } as const;
    case 'resyncRequired':
      return { __typename: 'ResyncRequired', reason: item.reason } as const;
    default:
      return item satisfies never;
  }
}

function toCursor({ logEpoch, position }: Exclude<StreamItem, { kind: 'resyncRequired' }>): string {
  return formatInboxCursor({ logEpoch, logSeqs: position });
}
