/**
 * Who is typing in a conversation, the viewer left out. Called through the subgraph's WebSocket; calls
 * signals/typing.ts.
 */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { SubscriptionResolvers, TypingEvent } from '#schema/generated/chat_resolvers.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { EventHub } from '../../live/event-hub.ts';
import { memberOf } from '../../live/event-hub.ts';
import { createLatestStream } from '../../live/latest-stream.ts';
import type { Memberships } from '../../live/memberships.ts';
import type { ViewerStreams } from '../../live/viewer-streams.ts';
import { notAMember } from '../../message-store.ts';
import type { Typing } from '../../signals/typing.ts';

export interface TypingParts {
  readonly typing: Typing;
  readonly hub: EventHub;
  readonly memberships: Memberships;
  readonly streams: ViewerStreams;
}

const typistsMax = 1_000;

export function createTypingSubscription(parts: TypingParts): NonNullable<SubscriptionResolvers['typing']> {
  return {
    async subscribe(_root, { conversationId: id }, context) {
      const viewer = requireViewer(context);
      const conversationId = parseConversationId(id);
      if (conversationId === null) throw notAMember();
      const { outlet, offer } = createLatestStream<{ typing: TypingEvent }>({ keysMax: typistsMax });
      parts.streams.guard(viewer, outlet);
      // Before membership is asked for, so that a leaving meanwhile is not missed.
      const stopWatching = parts.hub.watch(conversationId, (event) => {
        if (memberOf(event, 'memberLeft') === viewer.userId) outlet.fail(notAMember());
      });
      outlet.signal.addEventListener('abort', stopWatching);
      try {
        if (!(await parts.memberships.isMemberNow(viewer.userId, conversationId))) throw notAMember();
      } catch (error) {
        outlet.end();
        throw error;
      }
      if (outlet.signal.aborted) return outlet;
      const stopFollowing = parts.typing.follow(conversationId, (userId, typing) => {
        if (userId !== viewer.userId)
          offer(userId, { typing: { conversationId, user: { id: userId }, typing } });
      });
      outlet.signal.addEventListener('abort', stopFollowing);
      return outlet;
    },
  };
}
