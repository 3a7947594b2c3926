/**
 * HISTORY: the polling twin of the subscription: a page of a conversation's events. Called over HTTP; calls
 * the store's Replay.
 */
import { badUserInput } from '#platform/graphql-errors.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { QueryResolvers } from '#schema/generated/chat_resolvers.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import type { ReadConversationTopResponse } from '#schema/generated/message_store.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { parseConversationId } from '#schema/ids.ts';
import { readEventCursor } from '../../live/cursors.ts';
import type { MessageStore } from '../../message-store.ts';
import { notAMember, notKept, toReadError } from '../../message-store.ts';
import { toConversationEvent } from '../../to-conversation-event.ts';

const firstMax = 100;

export function createConversationEventsQuery(
  store: Pick<MessageStore, 'readConversationTop' | 'replay'>,
): NonNullable<QueryResolvers['conversationEvents']> {
  return async (_root, { conversationId: id, after: cursor, first }, context) => {
    const viewer = requireViewer(context);
    if (first < 1 || first > firstMax) throw badUserInput(`\`first\` must be 1 to ${firstMax}.`, ['first']);
    const conversationId = parseConversationId(id);
    if (conversationId === null) throw notAMember();
    const position = cursor == null ? null : readEventCursor(cursor, conversationId);
    const who = { viewerId: viewer.userId, conversationId };
    try {
      const top = await store.readConversationTop(who);
      const after = position?.eventSeq ?? top.firstEventSeq - 1;
      if (position !== null) requireKept(position, top);
      const events = await readPage(store, { ...who, after, first, top });
      return toConnection(events, { after, top });
    } catch (error) {
      throw toReadError(error);
    }
  };
}

function requireKept(
  position: { logEpoch: string; eventSeq: number },
  top: ReadConversationTopResponse,
): void {
  const isOfThisLog = position.logEpoch === top.logEpoch && position.eventSeq <= top.eventSeq;
  if (isOfThisLog && position.eventSeq >= top.firstEventSeq - 1) return;
  throw notKept();
}

interface Page {
  readonly viewerId: UserId;
  readonly conversationId: ConversationId;
  readonly after: number;
  readonly first: number;
  readonly top: ReadConversationTopResponse;
}

async function readPage(
  store: Pick<MessageStore, 'readConversationTop' | 'replay'>,
  { viewerId, conversationId, after, first, top }: Page,
): Promise<ChatEvent[]> {
  const upToEventSeq = Math.min(top.eventSeq, after + first);
  if (upToEventSeq <= after) return [];
  const events: ChatEvent[] = [];
  const request = { viewerId, conversationId, afterEventSeq: after, upToEventSeq, limit: first };
  for await (const batch of store.replay(request)) events.push(...batch.events);
  return events;
}

function toConnection(events: readonly ChatEvent[], { after, top }: Pick<Page, 'after' | 'top'>) {
  const nodes = events
    .map((event) => toConversationEvent(event, top.logEpoch))
    .filter((node) => node !== null);
  const last = events.at(-1)?.eventSeq ?? after;
  return {
    edges: nodes.map((node) => ({ cursor: node.cursor, node })),
    pageInfo: {
      hasNextPage: last < top.eventSeq,
      hasPreviousPage: after >= top.firstEventSeq,
      startCursor: nodes.at(0)?.cursor ?? null,
      endCursor: nodes.at(-1)?.cursor ?? null,
    },
  };
}
