/**
 * SEND: removes a person; their streams end when the event reaches the hub. Called by clients through the
 * gateway; calls the command bus.
 */
import { badUserInput } from '#platform/graphql-errors.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import { parseConversationId, parseUserId } from '#schema/ids.ts';
import type { CommandBus } from '../../commands/command-bus.ts';
import { notAMemberResult, toRefusal } from '../../commands/refusals.ts';

export function createRemoveMember(commands: CommandBus): NonNullable<MutationResolvers['removeMember']> {
  return async (_root, { input }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const conversationId = parseConversationId(input.conversationId);
    if (conversationId === null) return notAMemberResult();
    const userId = parseUserId(input.userId);
    if (userId === null) throw badUserInput('`userId` is not the id of a person.', ['input', 'userId']);
    const body = { $case: 'removeMember', value: { userId } } as const;
    const outcome = await commands.submit({ viewerId, conversationId, body });
    if (outcome.kind === 'rejected') return toRefusal(outcome.rejection, ['NotAMember', 'PermissionDenied']);
    return { __typename: 'RemoveMemberSuccess', conversation: { id: conversationId } } as const;
  };
}
