/** HISTORY: Conversation.members in order of joining. */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { ConversationResolvers } from '#schema/generated/storage_resolvers.ts';
import type { MessageStore } from '../../message-store.ts';
import { askStore } from '../../message-store.ts';
import { formatMemberCursor, parseMemberCursor } from '../../page-cursors.ts';
import { checkPageSize } from '../page-size.ts';

export function createMembers(store: MessageStore): NonNullable<ConversationResolvers['members']> {
  return async ({ id: conversationId }, { first, after }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const isFollowing = after !== undefined && after !== null;
    const page = await askStore(
      store.listMembers({
        viewerId,
        conversationId,
        first: checkPageSize(first, 'first'),
        ...(isFollowing ? { afterUserId: parseMemberCursor(after, conversationId, 'after') } : {}),
      }),
    );
    const edges = page.members.map((node) => ({
      cursor: formatMemberCursor(conversationId, node.userId),
      node,
    }));
    return {
      edges,
      nodes: page.members,
      totalCount: page.totalCount,
      pageInfo: {
        hasNextPage: page.hasMore,
        hasPreviousPage: isFollowing,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  };
}
