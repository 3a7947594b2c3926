/** HISTORY: Conversation.messages, a window of the messages in order of seq. */
import { badUserInput } from '#platform/graphql-errors.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { ListMessagesRequest } from '#schema/generated/message_store.ts';
import type { ConversationMessagesArgs, ConversationResolvers } from '#schema/generated/storage_resolvers.ts';
import { parseMessageId } from '#schema/ids.ts';
import type { MessageStore } from '../../message-store.ts';
import { askStore } from '../../message-store.ts';
import { formatMessageCursor, parseMessageCursor } from '../../page-cursors.ts';
import { checkPageSize } from '../page-size.ts';

const pagePreset = 50;

export function createMessages(store: MessageStore): NonNullable<ConversationResolvers['messages']> {
  return async ({ id: conversationId }, args, context) => {
    const { userId: viewerId } = requireViewer(context);
    const page = await askStore(
      store.listMessages({ viewerId, conversationId, ...toWindow(args, conversationId) }),
    );
    const edges = page.messages.map((node) => ({
      cursor: formatMessageCursor(conversationId, node.seq),
      node,
    }));
    return {
      edges,
      nodes: page.messages,
      pageInfo: {
        hasNextPage: page.hasNext,
        hasPreviousPage: page.hasPrevious,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  };
}

/** `first` goes with `after`, `last` with `before`, `around` with `first` only. Throws BAD_USER_INPUT. */
function toWindow(
  args: ConversationMessagesArgs,
  conversationId: string,
): Pick<ListMessagesRequest, 'window' | 'limit'> {
  const { first = null, after = null, last = null, before = null, around = null } = args;
  if (around !== null) {
    if (after !== null || before !== null || last !== null) {
      throw badUserInput('`around` goes with `first` only.', ['around']);
    }
    if (parseMessageId(around) === null)
      throw badUserInput('`around` is not the id of a message.', ['around']);
    return { window: { $case: 'aroundMessageId', value: around }, limit: toLimit(first, 'first') };
  }
  const isForward = first !== null || after !== null;
  if (isForward && (last !== null || before !== null)) {
    throw badUserInput('Page either forward by `first` and `after`, or backward by `last` and `before`.');
  }
  if (isForward) {
    const value = after === null ? 0 : parseMessageCursor(after, conversationId, 'after');
    return { window: { $case: 'afterSeq', value }, limit: toLimit(first, 'first') };
  }
  const limit = toLimit(last, 'last');
  if (before === null) return { window: { $case: 'beforeSeq', value: 0 }, limit };
  return {
    window: { $case: 'beforeSeq', value: parseMessageCursor(before, conversationId, 'before') },
    limit,
  };
}

function toLimit(size: number | null, argument: string): number {
  return size === null ? pagePreset : checkPageSize(size, argument);
}
