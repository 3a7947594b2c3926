/** Example: the inbox with urql. Called by run.ts and by tests/clients. */
import { Client, subscriptionExchange } from '@urql/core';
import type { Sink } from 'graphql-ws';
import { connect } from './connect.ts';
import type { InboxData, InboxOptions } from './inbox.ts';
import { inboxDocument } from './inbox.ts';

/** From now on, until the function that it returns is called. */
export function followInbox(options: InboxOptions): () => void {
  const socket = connect(options);
  const client = new Client({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink as Sink) }),
        }),
      }),
    ],
  });
  let last: InboxData | undefined;
  const results = client.subscription<InboxData>(inboxDocument, { after: null });
  const { unsubscribe } = results.subscribe(({ data, error }) => {
    if (error) options.onError(error);
    // urql shows the data of the result before once more, beside an error.
    if (data && data !== last) options.onItem(data.inboxEvents);
    last = data;
  });
  return unsubscribe;
}
