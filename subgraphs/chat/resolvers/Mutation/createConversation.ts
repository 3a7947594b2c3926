/**
 * SEND: starts a conversation. Its id follows from who asks and how they name it, so that repeating it finds
 * the same one. Calls people and the command bus.
 */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { CreateConversationInput, MutationResolvers } from '#schema/generated/chat_resolvers.ts';
import type { CreateConversation } from '#schema/generated/events.ts';
import { ConversationKind, RejectionCode } from '#schema/generated/events.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { createConversationId, directConversationId, namedConversationId } from '#schema/ids.ts';
import type { CommandBus } from '../../commands/command-bus.ts';
import { checkPeople, checkTitle, checkTopic, InvalidInput } from '../../commands/input-rules.ts';
import type { People } from '../../commands/people.ts';
import { refuseInvalidInput, toRefusal, userNotFound } from '../../commands/refusals.ts';

export interface CreateConversationParts {
  readonly commands: CommandBus;
  readonly people: People;
}

export function createCreateConversation({
  commands,
  people,
}: CreateConversationParts): NonNullable<MutationResolvers['createConversation']> {
  return async (_root, { input }, context) => {
    const { userId: viewerId } = requireViewer(context);
    return refuseInvalidInput(async () => {
      const { userIds, unknown } = checkPeople('memberIds', input.memberIds);
      const memberIds = userIds.filter((id) => id !== viewerId);
      if (input.kind === 'DIRECT') checkDirect(input, memberIds.length + unknown.length);
      const value: CreateConversation = { ...describe(input), memberIds };
      const missing = [...unknown, ...(await people.findMissing(memberIds))];
      if (missing.length > 0) return userNotFound('memberIds', missing);
      const conversationId = nameConversation(input, viewerId, memberIds);
      const body = { $case: 'createConversation', value } as const;
      const outcome = await commands.submit({ viewerId, conversationId, body });
      if (outcome.kind !== 'rejected') {
        return { __typename: 'CreateConversationSuccess', conversation: { id: conversationId } } as const;
      }
      if (outcome.rejection.code === RejectionCode.NOT_A_MEMBER) {
        throw new InvalidInput('clientConversationId', 'You have left the conversation that has this name.');
      }
      return toRefusal(outcome.rejection, ['ValidationFailed']);
    });
  };
}

function checkDirect(input: CreateConversationInput, others: number): void {
  if (others !== 1) throw new InvalidInput('memberIds', 'DIRECT wants exactly one other person.');
  if (input.title != null) throw new InvalidInput('title', 'A DIRECT conversation has no title.');
  if (input.topic != null) throw new InvalidInput('topic', 'A DIRECT conversation has no topic.');
}

function describe({ kind, title, topic }: CreateConversationInput): Omit<CreateConversation, 'memberIds'> {
  return {
    kind: ConversationKind[kind],
    ...(title == null ? {} : { title: checkTitle(title) }),
    ...(topic == null ? {} : { topic: checkTopic(topic) }),
  };
}

function nameConversation(
  { kind, clientConversationId }: CreateConversationInput,
  viewerId: UserId,
  memberIds: readonly UserId[],
): ConversationId {
  const [other] = memberIds;
  if (kind === 'DIRECT' && other !== undefined) return directConversationId(viewerId, other);
  return clientConversationId == null
    ? createConversationId()
    : namedConversationId(viewerId, clientConversationId);
}
