/** All resolvers of the storage subgraph. Called by storage.ts. */
import type { Resolvers } from '#schema/generated/storage_resolvers.ts';
import { createLoaders } from '../loaders.ts';
import type { MessageStore } from '../message-store.ts';
import { createConversation } from './Conversation.ts';
import { membership } from './Membership.ts';
import { createMessage } from './Message.ts';
import { createConversationById } from './Query/conversation.ts';
import { createConversations } from './Query/conversations.ts';
import { createMessageById } from './Query/message.ts';
import { scalars } from './scalars.ts';

export function createResolvers(store: MessageStore): Resolvers {
  const loaders = createLoaders(store);
  return {
    ...scalars,
    Conversation: createConversation(store, loaders),
    Membership: membership,
    Message: createMessage(loaders),
    Query: {
      conversation: createConversationById(loaders),
      conversations: createConversations(store),
      message: createMessageById(loaders),
    },
  };
}
