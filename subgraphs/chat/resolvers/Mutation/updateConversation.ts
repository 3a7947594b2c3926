/** SEND: changes title or topic. Called by clients through the gateway; calls the command bus. */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import type { UpdateConversation } from '#schema/generated/events.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { CommandBus } from '../../commands/command-bus.ts';
import { checkTitle, checkTopic } from '../../commands/input-rules.ts';
import { notAMemberResult, refuseInvalidInput, toRefusal } from '../../commands/refusals.ts';

export function createUpdateConversation(
  commands: CommandBus,
): NonNullable<MutationResolvers['updateConversation']> {
  return async (_root, { input }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const conversationId = parseConversationId(input.conversationId);
    if (conversationId === null) return notAMemberResult();
    return refuseInvalidInput(async () => {
      const { title, topic } = input;
      // An explicit null clears, which the command says with an empty text.
      const value: UpdateConversation = {
        ...(title === undefined ? {} : { title: title === null ? '' : checkTitle(title) }),
        ...(topic === undefined ? {} : { topic: topic === null ? '' : checkTopic(topic) }),
      };
      const body = { $case: 'updateConversation', value } as const;
      const outcome = await commands.submit({ viewerId, conversationId, body });
      if (outcome.kind === 'rejected') {
        return toRefusal(outcome.rejection, ['NotAMember', 'PermissionDenied', 'ValidationFailed']);
      }
      return { __typename: 'UpdateConversationSuccess', conversation: { id: conversationId } } as const;
    });
  };
}
