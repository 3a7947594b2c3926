/**
 * SEND: marks everything up to a message as read. Called by clients through the gateway; calls the command
 * bus.
 */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { CommandBus } from '../../commands/command-bus.ts';
import { checkUpToSeq } from '../../commands/input-rules.ts';
import { notAMemberResult, refuseInvalidInput, toRefusal } from '../../commands/refusals.ts';

export function createMarkRead(commands: CommandBus): NonNullable<MutationResolvers['markRead']> {
  return async (_root, { input }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const conversationId = parseConversationId(input.conversationId);
    if (conversationId === null) return notAMemberResult();
    return refuseInvalidInput(async () => {
      const body = { $case: 'markRead', value: { upToSeq: checkUpToSeq(input.upToSeq) } } as const;
      const outcome = await commands.submit({ viewerId, conversationId, body });
      if (outcome.kind === 'rejected')
        return toRefusal(outcome.rejection, ['NotAMember', 'ValidationFailed']);
      return { __typename: 'MarkReadSuccess', conversation: { id: conversationId } } as const;
    });
  };
}
