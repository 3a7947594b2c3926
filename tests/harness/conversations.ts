/** What people do in conversations, through the public API: create, send, read back. The operations select what tests compare. */
import { randomUUID } from 'node:crypto';
import type { Account } from './accounts.ts';
import type { Stream } from './client.ts';
import { openStream, request, requestData } from './client.ts';

export interface SentMessage {
  readonly __typename: string;
  readonly messageId: string;
  readonly replayed: boolean;
  readonly cursor: string | null;
  readonly message: { seq: number; text: string } | null;
  readonly code?: string;
  readonly path?: readonly string[];
}

const sendDocument = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    __typename
    ... on SendMessageSuccess { messageId replayed cursor message { seq text } }
    ... on MutationError { code path }
    ... on IdempotencyConflict { messageId }
  }
}`;

/** Starts a GROUP of the creator and these people; its id. */
export async function createGroup(
  url: string,
  creator: Account,
  others: readonly Account[],
): Promise<string> {
  return await createConversation(url, creator, {
    kind: 'GROUP',
    title: 'Lounge',
    memberIds: others.map((one) => one.userId),
  });
}

/** Starts a conversation that must succeed; its id. */
export async function createConversation(
  url: string,
  creator: Account,
  input: Record<string, unknown>,
): Promise<string> {
  const { createConversation: created } = await requestData<{
    createConversation: { __typename: string; conversation: { id: string }; message?: string };
  }>(
    url,
    `mutation($input: CreateConversationInput!) {
      createConversation(input: $input) { __typename ... on CreateConversationSuccess { conversation { id } } ... on MutationError { message } }
    }`,
    { variables: { input }, token: creator.accessToken },
  );
  if (created.__typename !== 'CreateConversationSuccess')
    throw new Error(`createConversation: ${created.message}`);
  return created.conversation.id;
}

/** Sends with a new clientMessageId unless the input has one; whatever the union answers. */
export async function sendMessage(
  url: string,
  sender: Account,
  input: Record<string, unknown>,
): Promise<SentMessage> {
  const { sendMessage: sent } = await requestData<{ sendMessage: SentMessage }>(url, sendDocument, {
    variables: { input: { clientMessageId: randomUUID(), ...input } },
    token: sender.accessToken,
  });
  return sent;
}

/** One try of a send that may meet dead processes: the union member, or null when the outcome is not known or it was refused. */
export async function trySend(
  url: string,
  sender: Account,
  input: Record<string, unknown>,
): Promise<SentMessage | null> {
  try {
    const answer = await request<{ sendMessage: SentMessage }>(url, sendDocument, {
      variables: { input },
      token: sender.accessToken,
    });
    return answer.data?.sendMessage ?? null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
      return null;
    throw error;
  }
}

const eventFields = `
  __typename
  ... on ConversationEvent { cursor eventSeq occurredAt conversation { id } }
  ... on MessageCreated { message { id seq text clientMessageId sender { id displayName } } }
  ... on MemberJoined { user { id displayName } role }
  ... on MemberLeft { user { id displayName } }
  ... on ReadReceiptUpdated { user { id } readSeq }
  ... on ConversationUpdated { title topic }
`;

export const conversationEventsDocument = `subscription Live($conversationId: ID!, $after: EventCursor) {
  item: conversationEvents(conversationId: $conversationId, after: $after) {
    ${eventFields}
    ... on CaughtUp { cursor }
    ... on ResyncRequired { reason }
  }
}`;

export const inboxEventsDocument = `subscription Inbox($after: InboxCursor) {
  item: inboxEvents(after: $after) {
    __typename
    ... on InboxEvent { cursor event { ${eventFields} } }
    ... on InboxCaughtUp { cursor }
    ... on ResyncRequired { reason }
  }
}`;

/** Follows a conversation over all these gateways, resuming after each cut. */
export function followConversation(
  urls: readonly string[],
  viewer: Account,
  options: { conversationId: string; after?: string | null; reconnect?: boolean },
): Stream {
  const { conversationId, after = null, reconnect = true } = options;
  return openStream({
    urls,
    document: conversationEventsDocument,
    variables: { conversationId, after },
    token: () => viewer.accessToken,
    reconnect,
  });
}

/** Messages of MessageCreated items, in the order they came. */
export function messagesOf(stream: Stream): { seq: number; text: string; sender: { displayName: string } }[] {
  return stream.items.flatMap((item) =>
    item.__typename === 'MessageCreated' ? [item.message as never] : [],
  );
}

/** All messages of a conversation by paging forward. */
export async function readHistory(
  url: string,
  viewer: Account,
  conversationId: string,
): Promise<{ seq: number; text: string; clientMessageId: string }[]> {
  const messages: { seq: number; text: string; clientMessageId: string }[] = [];
  let after: string | null = null;
  for (;;) {
    const page: HistoryPage = await requestData<HistoryPage>(
      url,
      `query($id: ID!, $after: String) { conversation(id: $id) { messages(first: 100, after: $after) {
        nodes { seq text clientMessageId } pageInfo { hasNextPage endCursor } } } }`,
      { variables: { id: conversationId, after }, token: viewer.accessToken },
    );
    messages.push(...page.conversation.messages.nodes);
    if (!page.conversation.messages.pageInfo.hasNextPage) return messages;
    after = page.conversation.messages.pageInfo.endCursor;
  }
}

interface HistoryPage {
  readonly conversation: {
    readonly messages: {
      readonly nodes: readonly { seq: number; text: string; clientMessageId: string }[];
      readonly pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  };
}
