/**
 * Whether people are there: first as it is, then each change. Called through the subgraph's WebSocket; calls
 * signals/presence.ts.
 */
import { badUserInput } from '#platform/graphql-errors.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { PresenceEvent, SubscriptionResolvers } from '#schema/generated/chat_resolvers.ts';
import { parseUserId } from '#schema/ids.ts';
import { createLatestStream } from '../../live/latest-stream.ts';
import type { ViewerStreams } from '../../live/viewer-streams.ts';
import type { PresenceBoard } from '../../signals/presence.ts';
import type { Presence } from '../../signals/presence-table.ts';

export interface PresenceParts {
  readonly presence: PresenceBoard;
  readonly streams: ViewerStreams;
}

const usersMax = 100;

export function createPresenceSubscription(
  parts: PresenceParts,
): NonNullable<SubscriptionResolvers['presence']> {
  return {
    async subscribe(_root, { userIds: ids }, context) {
      const viewer = requireViewer(context);
      if (ids.length > usersMax)
        throw badUserInput(`\`userIds\` must have at most ${usersMax} ids.`, ['userIds']);
      const userIds = [...new Set(ids)].map(parseUserId).filter((id) => id !== null);
      const { outlet, offer } = createLatestStream<{ presence: PresenceEvent }>({ keysMax: usersMax });
      parts.streams.guard(viewer, outlet);
      const stop = parts.presence.follow(userIds, (userId, presence) => {
        offer(userId, { presence: toPresenceEvent(userId, presence) });
      });
      outlet.signal.addEventListener('abort', stop);
      return outlet;
    },
  };
}

function toPresenceEvent(userId: string, { isOnline, lastSeenAtMs }: Presence): PresenceEvent {
  return {
    user: { id: userId },
    status: isOnline ? 'ONLINE' : 'OFFLINE',
    lastSeenAt: lastSeenAtMs === null ? null : new Date(lastSeenAtMs),
  };
}
