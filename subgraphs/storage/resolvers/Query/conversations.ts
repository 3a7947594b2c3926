/** HISTORY: Query.conversations, the viewer's list. */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { Conversation } from '#schema/generated/message_store.ts';
import type { QueryResolvers } from '#schema/generated/storage_resolvers.ts';
import type { MessageStore } from '../../message-store.ts';
import { askStore } from '../../message-store.ts';
import { formatConversationCursor, parseConversationCursor } from '../../page-cursors.ts';
import { checkPageSize } from '../page-size.ts';

export function createConversations(store: MessageStore): NonNullable<QueryResolvers['conversations']> {
  return async (_parent, { first, after, includeArchived }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const isFollowing = after !== undefined && after !== null;
    const page = await askStore(
      store.listConversations({
        viewerId,
        first: checkPageSize(first, 'first'),
        includeArchived,
        ...(isFollowing ? { after: parseConversationCursor(after, 'after') } : {}),
      }),
    );
    const edges = page.conversations.map((node) => ({ cursor: toCursor(node), node }));
    return {
      edges,
      nodes: page.conversations,
      pageInfo: {
        hasNextPage: page.hasMore,
        hasPreviousPage: isFollowing,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  };
}

function toCursor({ id: conversationId, lastActivityAtMs }: Conversation): string {
  return formatConversationCursor({ conversationId, lastActivityAtMs });
}
