/** Conversations and messages of one request, found in one call for each turn of execution. Called by resolvers; made by resolvers.ts. */
import DataLoader from 'dataloader';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { SubgraphContext } from '#schema/context.ts';
import type { Message } from '#schema/generated/events.ts';
import type { Conversation } from '#schema/generated/message_store.ts';
import { parseConversationId, parseMessageId } from '#schema/ids.ts';
import type { MessageStore } from './message-store.ts';
import { askStore } from './message-store.ts';

/** Null for what the viewer may not see and for what is no id. Throws UNAUTHENTICATED without a viewer. */
export interface Loaders {
  loadConversation(context: SubgraphContext, id: string): Promise<Conversation | null>;
  loadMessage(context: SubgraphContext, id: string): Promise<Message | null>;
}

const batchMax = 100;

type Find<Item> = (viewerId: string, ids: readonly string[]) => Promise<readonly Item[]>;

export function createLoaders(store: MessageStore): Loaders {
  const conversations = createLoader<Conversation>(
    async (viewerId, ids) =>
      (await store.getConversations({ viewerId, conversationIds: [...ids] })).conversations,
  );
  const messages = createLoader<Message>(
    async (viewerId, ids) => (await store.getMessages({ viewerId, messageIds: [...ids] })).messages,
  );
  return {
    loadConversation: async (context, id) =>
      parseConversationId(id) === null ? null : conversations(context).load(id),
    loadMessage: async (context, id) => (parseMessageId(id) === null ? null : messages(context).load(id)),
  };
}

/** A loader for each request: what one viewer may see is never another's. */
function createLoader<Item extends { readonly id: string }>(
  find: Find<Item>,
): (context: SubgraphContext) => DataLoader<string, Item | null> {
  const ofRequest = new WeakMap<SubgraphContext, DataLoader<string, Item | null>>();
  return (context) => {
    const { userId } = requireViewer(context);
    const known = ofRequest.get(context);
    if (known !== undefined) return known;
    const loadBatch = async (ids: readonly string[]) => {
      const items = new Map((await askStore(find(userId, ids))).map((item) => [item.id, item]));
      return ids.map((id) => items.get(id) ?? null);
    };
    const loader = new DataLoader(loadBatch, { maxBatchSize: batchMax });
    ofRequest.set(context, loader);
    return loader;
  };
}
