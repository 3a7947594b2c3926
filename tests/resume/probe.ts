/** What a cursor is answered: on both streams and on the query, in one word. Used by cursors.test.ts. */
import type { Client } from 'graphql-ws';
import type { Account } from '#tests/harness/accounts.ts';
import type { StreamItem } from '#tests/harness/client.ts';
import { errorCode, request } from '#tests/harness/client.ts';
import { conversationEventsDocument, inboxEventsDocument } from '#tests/harness/conversations.ts';
import type { SeenEvent } from './truth.ts';

export interface Answer {
  /** CaughtUp, `ResyncRequired <reason>`, or the code of the error. */
  readonly word: string;
  /** Those before that. */
  readonly events: readonly SeenEvent[];
}

const waitMs = 60_000;

/** Of conversationEvents with a conversation, else of inboxEvents. */
export function probeStream(
  client: Client,
  { conversationId, after }: { conversationId?: string; after: string },
): Promise<Answer> {
  const events: SeenEvent[] = [];
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const overdue = setTimeout(() => finish('nothing'), waitMs);
  const finish = (word: string) => {
    clearTimeout(overdue);
    resolve({ word, events });
    stop();
  };
  const take = (item: StreamItem) => {
    if (item.__typename.endsWith('CaughtUp')) finish('CaughtUp');
    else if (item.__typename === 'ResyncRequired') finish(`ResyncRequired ${item.reason}`);
    else events.push((item.__typename === 'InboxEvent' ? item.event : item) as SeenEvent);
  };
  const query = conversationId === undefined ? inboxEventsDocument : conversationEventsDocument;
  const variables = { after, ...(conversationId === undefined ? {} : { conversationId }) };
  const stop = client.subscribe<{ item: StreamItem }>(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (data?.item) take(data.item);
        else finish(String(errors?.[0]?.extensions?.code));
      },
      error: (error) =>
        finish(Array.isArray(error) ? String(error[0]?.extensions?.code) : `closed ${JSON.stringify(error)}`),
      complete: () => finish('complete'),
    },
  );
  return promise;
}

/** Of the query: CaughtUp stands for a page. */
export async function probeQuery(
  url: string,
  viewer: Account,
  variables: { conversationId: string; after: string },
): Promise<Answer> {
  const answer = await request<{ conversationEvents: { edges: { node: SeenEvent }[] } }>(
    url,
    `query($conversationId: ID!, $after: EventCursor) {
      conversationEvents(conversationId: $conversationId, after: $after, first: 100) {
        edges { node { __typename eventSeq conversation { id } } } } }`,
    { variables, token: viewer.accessToken },
  );
  return {
    word: errorCode(answer) ?? 'CaughtUp',
    events: answer.data?.conversationEvents?.edges.map(({ node }) => node) ?? [],
  };
}
