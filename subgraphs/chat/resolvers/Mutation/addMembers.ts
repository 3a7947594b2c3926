/** SEND: adds people. Called by clients through the gateway; calls people and the command bus. */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import { MemberRole } from '#schema/generated/events.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { CommandBus } from '../../commands/command-bus.ts';
import { checkPeople, InvalidInput } from '../../commands/input-rules.ts';
import type { People } from '../../commands/people.ts';
import { notAMemberResult, refuseInvalidInput, toRefusal, userNotFound } from '../../commands/refusals.ts';
import type { Memberships } from '../../live/memberships.ts';

export interface AddMembersParts {
  readonly commands: CommandBus;
  readonly people: People;
  readonly memberships: Memberships;
}

export function createAddMembers(parts: AddMembersParts): NonNullable<MutationResolvers['addMembers']> {
  const { commands, people, memberships } = parts;
  return async (_root, { input }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const conversationId = parseConversationId(input.conversationId);
    if (conversationId === null) return notAMemberResult();
    return refuseInvalidInput(async () => {
      const { userIds, unknown } = checkPeople('userIds', input.userIds);
      if (input.userIds.length === 0) throw new InvalidInput('userIds', 'It must have at least one id.');
      if (!(await memberships.isMember(viewerId, conversationId))) return notAMemberResult();
      const missing = [...unknown, ...(await people.findMissing(userIds))];
      if (missing.length > 0) return userNotFound('userIds', missing);
      const body = {
        $case: 'addMembers',
        value: { userIds, role: MemberRole[input.role ?? 'MEMBER'] },
      } as const;
      const outcome = await commands.submit({ viewerId, conversationId, body });
      if (outcome.kind === 'rejected') {
        return toRefusal(outcome.rejection, ['NotAMember', 'PermissionDenied', 'ValidationFailed']);
      }
      return { __typename: 'AddMembersSuccess', conversation: { id: conversationId } } as const;
    });
  };
}
