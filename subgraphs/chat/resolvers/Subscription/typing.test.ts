/** Who sees others typing, when somebody leaves just before they subscribe. The hub and the memberships are the real ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphQLResolveInfo } from 'graphql';
import { ClientError, Status } from 'nice-grpc';
import type { SubgraphContext } from '#schema/context.ts';
import { ChatEvent } from '#schema/generated/events.ts';
import { createConversationId, createSessionId, createUserId } from '#schema/ids.ts';
import { EventHub } from '../../live/event-hub.ts';
import { createMemberships } from '../../live/memberships.ts';
import { createViewerStreams } from '../../live/viewer-streams.ts';
import type { Typing } from '../../signals/typing.ts';
import { createTypingSubscription } from './typing.ts';

const conversationId = createConversationId();
const viewer = { userId: createUserId(), sessionId: createSessionId(), tokenId: 't' };

test('who was a member a moment ago is not let in', async () => {
  const members = new Set([viewer.userId]);
  const memberships = createMemberships({
    readConversationTop: async ({ viewerId }) => {
      if (members.has(viewerId as typeof viewer.userId))
        return { eventSeq: 1, firstEventSeq: 1, logEpoch: 'e' };
      throw new ClientError('/store', Status.NOT_FOUND, 'not a member');
    },
  });
  const typing: Typing = {
    set: () => undefined,
    follow: () => () => undefined,
    [Symbol.dispose]: () => undefined,
  };
  using streams = createViewerStreams({
    streamsMax: 10,
    isRevoked: () => false,
    onRevoked: () => () => undefined,
    onOpened: () => () => undefined,
  });
  const hub = new EventHub();
  const { subscribe } = createTypingSubscription({ typing, hub, memberships, streams }) as {
    subscribe: (
      root: object,
      args: { conversationId: string },
      context: SubgraphContext,
      info: GraphQLResolveInfo,
    ) => Promise<unknown>;
  };
  assert.equal(await memberships.isMember(viewer.userId, conversationId), true);
  members.delete(viewer.userId);
  const body = { $case: 'memberLeft', value: { userId: viewer.userId } } as const;
  hub.dispatch(ChatEvent.fromPartial({ conversationId, logSeq: 1, body }), 1);
  const context = {
    viewer: { ...viewer, expiresAtMs: Date.now() + 60_000 },
    client: { ipAddress: null, userAgent: null },
  };
  const entering = subscribe({}, { conversationId }, context, {} as GraphQLResolveInfo);
  await assert.rejects(entering, { extensions: { code: 'FORBIDDEN' } });
  assert.equal(streams.count, 0);
});
