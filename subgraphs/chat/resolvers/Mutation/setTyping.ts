/**
 * Tells the others that the viewer is typing, or has stopped. Called by clients through the gateway; calls
 * signals/typing.ts.
 */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { Memberships } from '../../live/memberships.ts';
import { notAMember } from '../../message-store.ts';
import type { Typing } from '../../signals/typing.ts';

export interface SetTypingParts {
  readonly typing: Typing;
  readonly memberships: Memberships;
}

export function createSetTyping({
  typing,
  memberships,
}: SetTypingParts): NonNullable<MutationResolvers['setTyping']> {
  return async (_root, { conversationId: id, typing: isTyping }, context) => {
    const { userId } = requireViewer(context);
    const conversationId = parseConversationId(id);
    if (conversationId === null || !(await memberships.isMember(userId, conversationId))) throw notAMember();
    typing.set({ userId, conversationId }, isTyping);
    return { accepted: true };
  };
}
