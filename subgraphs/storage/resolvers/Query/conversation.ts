/** HISTORY: Query.conversation. */
import type { QueryResolvers } from '#schema/generated/storage_resolvers.ts';
import type { Loaders } from '../../loaders.ts';

export function createConversationById(loaders: Loaders): NonNullable<QueryResolvers['conversation']> {
  return (_parent, { id }, context) => loaders.loadConversation(context, id);
}
