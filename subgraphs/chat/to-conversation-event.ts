/**
 * LIVE and HISTORY: a stored event or message as the GraphQL types show it. One conversion for the
 * subscriptions, the polling query and sendMessage. Pure.
 */
import { formatEventCursor } from '#schema/cursors.ts';
import type {
  MemberRole,
  Message,
  ResolversInterfaceTypes,
  ResolversUnionTypes,
} from '#schema/generated/chat_resolvers.ts';
import type { ChatEvent, Message as StoredMessage } from '#schema/generated/events.ts';
import { MemberRole as StoredRole } from '#schema/generated/events.ts';
import type { ConversationId } from '#schema/ids.ts';

type StreamPayload = ResolversUnionTypes<Record<string, never>>['ConversationStreamItem'];
/** Any event, with the name of its type. */
export type EventPayload = Extract<
  StreamPayload,
  ResolversInterfaceTypes<Record<string, never>>['ConversationEvent']
>;

const payloads = new WeakMap<ChatEvent, EventPayload>();

/**
 * The event as it is delivered; made once for each event object, however many streams deliver it. Null for
 * kinds this version does not know.
 */
export function toConversationEvent(event: ChatEvent, logEpoch: string): EventPayload | null {
  const made = payloads.get(event);
  if (made !== undefined) return made;
  const payload = toPayload(event, logEpoch);
  if (payload !== null) payloads.set(event, payload);
  return payload;
}

function toPayload(event: ChatEvent, logEpoch: string): EventPayload | null {
  const { body, eventSeq } = event;
  // The store only keeps conversations whose id came from a parser.
  const conversationId = event.conversationId as ConversationId;
  const common = {
    cursor: formatEventCursor({ logEpoch, conversationId, eventSeq }),
    eventSeq,
    occurredAt: new Date(event.occurredAtMs),
    conversation: { id: conversationId },
  };
  switch (body?.$case) {
    case 'messageCreated':
      if (body.value.message === undefined) return null;
      return {
        __typename: 'MessageCreated',
        ...common,
        message: toMessage(body.value.message),
      };
    case 'messageUpdated':
      if (body.value.message === undefined) return null;
      return {
        __typename: 'MessageUpdated',
        ...common,
        message: toMessage(body.value.message),
      };
    case 'messageDeleted':
      return {
        __typename: 'MessageDeleted',
        ...common,
        messageId: body.value.messageId,
        seq: body.value.seq,
      };
    case 'reactionAdded':
      return { __typename: 'ReactionAdded', ...common, ...toReaction(body.value) };
    case 'reactionRemoved':
      return { __typename: 'ReactionRemoved', ...common, ...toReaction(body.value) };
    case 'memberJoined':
      return {
        __typename: 'MemberJoined',
        ...common,
        user: { id: body.value.userId },
        role: toRole(body.value.role),
      };
    case 'memberLeft':
      return { __typename: 'MemberLeft', ...common, user: { id: body.value.userId } };
    case 'conversationUpdated': {
      const { title, topic } = body.value;
      return { __typename: 'ConversationUpdated', ...common, title: title ?? null, topic: topic ?? null };
    }
    case 'readReceiptUpdated': {
      const { userId, readSeq } = body.value;
      return { __typename: 'ReadReceiptUpdated', ...common, user: { id: userId }, readSeq };
    }
    case undefined:
      return null;
    default:
      return body satisfies never;
  }
}

/** The message as it was when the event happened. */
export function toMessage(message: StoredMessage): Message & { readonly __typename: 'Message' } {
  return {
    __typename: 'Message',
    id: message.id,
    conversation: { id: message.conversationId },
    seq: message.seq,
    clientMessageId: message.clientMessageId,
    sender: { id: message.senderId },
    text: message.text ?? null,
    mentions: message.mentionUserIds.map((id) => ({ id })),
    version: message.version,
    createdAt: new Date(message.createdAtMs),
    editedAt: message.editedAtMs === undefined ? null : new Date(message.editedAtMs),
    deletedAt: message.deletedAtMs === undefined ? null : new Date(message.deletedAtMs),
  };
}

function toReaction({ messageId, emoji, userId }: { messageId: string; emoji: string; userId: string }) {
  return { messageId, emoji, user: { id: userId } };
}

function toRole(role: StoredRole): MemberRole {
  switch (role) {
    case StoredRole.OWNER:
      return 'OWNER';
    case StoredRole.ADMIN:
      return 'ADMIN';
    default:
      return 'MEMBER';
  }
}
