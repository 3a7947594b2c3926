/** HISTORY: the fields of Conversation, and the Conversations that other subgraphs name. */
import { formatEventCursor } from '#schema/cursors.ts';
import { ConversationKind } from '#schema/generated/events.ts';
import type {
  ConversationResolvers,
  ConversationKind as KindName,
} from '#schema/generated/storage_resolvers.ts';
import { parseConversationId } from '#schema/ids.ts';
import type { Loaders } from '../loaders.ts';
import type { MessageStore } from '../message-store.ts';
import { createMembers } from './Conversation/members.ts';
import { createMessages } from './Conversation/messages.ts';

const kinds: Readonly<Record<number, KindName>> = {
  [ConversationKind.DIRECT]: 'DIRECT',
  [ConversationKind.GROUP]: 'GROUP',
  [ConversationKind.CHANNEL]: 'CHANNEL',
};

export function createConversation(store: MessageStore, loaders: Loaders): ConversationResolvers {
  return {
    __resolveReference: ({ id }, context) => loaders.loadConversation(context, id),
    kind: ({ id, kind }) => kinds[kind] ?? fail(`${id} is of unknown kind ${kind}`),
    createdAt: ({ createdAtMs }) => new Date(createdAtMs),
    eventCursor: ({ id, logEpoch, lastEventSeq: eventSeq }) => {
      const conversationId = parseConversationId(id) ?? fail(`${id} is not a conversation id`);
      return formatEventCursor({ logEpoch, conversationId, eventSeq });
    },
    lastMessage: ({ lastMessage }) => lastMessage ?? null,
    messages: createMessages(store),
    members: createMembers(store),
    viewerMembership: ({ viewerMembership }) => viewerMembership ?? null,
  };
}

function fail(reason: string): never {
  throw new Error(reason);
}
