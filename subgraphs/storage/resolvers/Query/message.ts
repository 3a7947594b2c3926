/** HISTORY: Query.message. */
import type { QueryResolvers } from '#schema/generated/storage_resolvers.ts';
import type { Loaders } from '../../loaders.ts';

export function createMessageById(loaders: Loaders): NonNullable<QueryResolvers['message']> {
  return (_parent, { id }, context) => loaders.loadMessage(context, id);
}
