/** Example: the inbox with Apollo Client 4. Called by run.ts and by tests/clients. */
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { connect } from './connect.ts';
import type { InboxData, InboxOptions } from './inbox.ts';
import { inboxDocument } from './inbox.ts';

/** From now on, until the function that it returns is called. */
export function followInbox(options: InboxOptions): () => void {
  const client = new ApolloClient({
    link: new GraphQLWsLink(connect(options)),
    cache: new InMemoryCache(),
  });
  // Each event is news, not a new state of the field: nothing to keep under its name in the cache.
  const results = client.subscribe<InboxData>({
    query: gql(inboxDocument),
    variables: { after: null },
    fetchPolicy: 'no-cache',
  });
  const subscription = results.subscribe({
    next: ({ data, error }) => {
      if (error) options.onError(error);
      if (data) options.onItem(data.inboxEvents);
    },
    error: options.onError,
  });
  return () => {
    subscription.unsubscribe();
    client.stop();
  };
}
