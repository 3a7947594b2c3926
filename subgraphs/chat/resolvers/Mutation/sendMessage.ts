/**
 * SEND: validates a message, names it and sends it as a command. Called by clients through the gateway; calls
 * the command bus.
 */
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import { formatEventCursor } from '#schema/cursors.ts';
import type { MutationResolvers, SendMessageInput } from '#schema/generated/chat_resolvers.ts';
import type { SendMessage } from '#schema/generated/events.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { deriveMessageId, parseConversationId } from '#schema/ids.ts';
import type { CommandBus, NewCommand } from '../../commands/command-bus.ts';
import { checkMentions, checkReplyTo, checkText } from '../../commands/input-rules.ts';
import type { Outcome } from '../../commands/outcomes.ts';
import { notAMemberResult, refuseInvalidInput, toRefusal } from '../../commands/refusals.ts';
import type { Memberships } from '../../live/memberships.ts';
import { toMessage } from '../../to-conversation-event.ts';

export interface SendMessageParts {
  readonly commands: CommandBus;
  readonly memberships: Memberships;
  /** Of the log that outcomes come from. */
  readonly logEpoch: () => string | null;
}

export function createSendMessage(parts: SendMessageParts): NonNullable<MutationResolvers['sendMessage']> {
  return async (_root, { input }, context) => {
    const { userId: viewerId } = requireViewer(context);
    const conversationId = parseConversationId(input.conversationId);
    if (conversationId === null) return notAMemberResult();
    return refuseInvalidInput(async () => {
      const message = toSendMessage(input, { viewerId, conversationId });
      const command: NewCommand = {
        viewerId,
        conversationId,
        body: { $case: 'sendMessage', value: message },
      };
      if (input.durability === 'ACCEPTED') return accept(parts, command, message.messageId);
      const outcome = await parts.commands.submit(command);
      return toResult(outcome, { conversationId, messageId: message.messageId, logEpoch: parts.logEpoch() });
    });
  };
}

function toSendMessage(
  input: SendMessageInput,
  { viewerId, conversationId }: { viewerId: UserId; conversationId: ConversationId },
): SendMessage {
  const { clientMessageId } = input;
  return {
    messageId: deriveMessageId(viewerId, conversationId, clientMessageId),
    clientMessageId,
    text: checkText(input.text),
    ...(input.replyToId == null ? {} : { replyToId: checkReplyTo(input.replyToId) }),
    mentionUserIds: checkMentions(input.mentionUserIds ?? []),
  };
}

/** Nobody waits for the store's decision, so who surely is not a member is refused here. */
async function accept({ commands, memberships }: SendMessageParts, command: NewCommand, messageId: string) {
  if (!(await memberships.isMember(command.viewerId, command.conversationId))) return notAMemberResult();
  const rejected = await commands.accept(command);
  if (rejected !== null) return toRefusal(rejected.rejection, ['NotAMember']);
  return {
    __typename: 'SendMessageSuccess',
    messageId,
    message: null,
    cursor: null,
    replayed: false,
  } as const;
}

function toResult(
  outcome: Outcome,
  {
    conversationId,
    messageId,
    logEpoch,
  }: { conversationId: ConversationId; messageId: string; logEpoch: string | null },
) {
  const success = { __typename: 'SendMessageSuccess', messageId } as const;
  const toCursor = (eventSeq: number) =>
    logEpoch === null ? null : formatEventCursor({ logEpoch, conversationId, eventSeq });
  switch (outcome.kind) {
    case 'applied': {
      const { body, eventSeq } = outcome.event;
      const stored = body?.$case === 'messageCreated' ? body.value.message : undefined;
      const message = stored === undefined ? null : toMessage(stored);
      return { ...success, message, cursor: toCursor(eventSeq), replayed: false };
    }
    case 'replayed':
      return {
        ...success,
        message: toMessage(outcome.message),
        cursor: toCursor(outcome.eventSeq),
        replayed: true,
      };
    case 'rejected':
      return toRefusal(outcome.rejection, ['NotAMember', 'IdempotencyConflict', 'ValidationFailed']);
    case 'unchanged':
      throw new Error('the store left a message unsent without saying why');
    default:
      return outcome satisfies never;
  }
}
