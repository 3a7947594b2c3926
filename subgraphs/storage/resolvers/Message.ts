/** HISTORY: the fields of Message, and the Messages that other subgraphs name. */
import { createGraphQLError } from '#platform/graphql-errors.ts';
import type { MessageResolvers } from '#schema/generated/storage_resolvers.ts';
import type { Loaders } from '../loaders.ts';
import { toDate } from './to-date.ts';

export function createMessage(loaders: Loaders): MessageResolvers {
  return {
    __resolveReference: ({ id }, context) => loaders.loadMessage(context, id),
    conversation: async ({ conversationId }, _args, context) => {
      const conversation = await loaders.loadConversation(context, conversationId);
      // The viewer could read the message a moment ago.
      if (conversation === null) throw createGraphQLError('FORBIDDEN', 'You are no longer a member.');
      return conversation;
    },
    sender: ({ senderId }) => ({ id: senderId }),
    text: ({ text }) => text ?? null,
    replyTo: ({ replyToId }, _args, context) =>
      replyToId === undefined ? null : loaders.loadMessage(context, replyToId),
    mentions: ({ mentionUserIds }) => mentionUserIds.map((id) => ({ id })),
    // The write path knows no reactions yet.
    reactions: () => [],
    createdAt: ({ createdAtMs }) => new Date(createdAtMs),
    editedAt: ({ editedAtMs }) => toDate(editedAtMs),
    deletedAt: ({ deletedAtMs }) => toDate(deletedAtMs),
  };
}
