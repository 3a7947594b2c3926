/** Example: the inbox with graphql-ws alone. Called by run.ts and by tests/clients. */
import { connect } from './connect.ts';
import type { InboxData, InboxOptions } from './inbox.ts';
import { inboxDocument } from './inbox.ts';

/** From now on, until the function that it returns is called. */
export function followInbox(options: InboxOptions): () => void {
  const operation = { query: inboxDocument, variables: { after: null } };
  return connect(options).subscribe<InboxData>(operation, {
    next: ({ data, errors }) => {
      if (errors) options.onError(errors);
      if (data) options.onItem(data.inboxEvents);
    },
    error: options.onError,
    complete: () => undefined,
  });
}
