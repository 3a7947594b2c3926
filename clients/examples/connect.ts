/** The connection under each example: graphql-ws that comes back, resumes, and notices when nobody answers any more. Called by graphql-ws.ts, apollo.ts and urql.ts. */
import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import { resumable, retryable } from '../resumable/resumable.ts';
import type { InboxOptions } from './inbox.ts';

const pingMs = 5_000;
const pongWaitMs = 3_000;

/** Opened with the first subscription, closed after the last. */
export function connect({ url, readToken }: Pick<InboxOptions, 'url' | 'readToken'>): Client {
  let overdue: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    ...retryable,
    url,
    connectionParams: async () => ({ authorization: `Bearer ${await readToken()}` }),
    keepAlive: pingMs,
    on: {
      // A connection that is dead without having been closed, as after a change of networks.
      ping: (isReceived) => {
        if (!isReceived) overdue = setTimeout(() => client.terminate(), pongWaitMs);
      },
      pong: (isReceived) => {
        if (isReceived) clearTimeout(overdue);
      },
      closed: () => clearTimeout(overdue),
    },
  });
  return resumable(client);
}
