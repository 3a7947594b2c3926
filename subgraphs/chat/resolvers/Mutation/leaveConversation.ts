/** SEND: the viewer leaves. Called by clients through the gateway; calls the command bus. */
import { createGraphQLError } from '#platform/graphql-errors.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import { RejectionCode } from '#schema/generated/events.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { CommandBus } from '../../commands/command-bus.ts';
import { notAMemberResult, toRefusal } from '../../commands/refusals.ts';

export function createLeaveConversation(
  commands: CommandBus,
): NonNullable<MutationResolvers['leaveConversation']> {
  return async (_root, { conversationId: id }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const conversationId = parseConversationId(id);
    if (conversationId === null) return notAMemberResult();
    const body = { $case: 'leaveConversation', value: {} } as const;
    const outcome = await commands.submit({ viewerId, conversationId, body });
    if (outcome.kind !== 'rejected')
      return { __typename: 'LeaveConversationSuccess', conversationId } as const;
    // The union has no member for it: only a DIRECT conversation can't be left.
    if (outcome.rejection.code === RejectionCode.PERMISSION_DENIED) {
      throw createGraphQLError('FORBIDDEN', 'Nobody leaves a DIRECT conversation.');
    }
    return toRefusal(outcome.rejection, ['NotAMember']);
  };
}
