/** LIVE: when an event on a stream was stored, which the gateway measures its delivery from. Called by the subgraph's socket, once for each event. */
import type { EventPayload } from '../to-conversation-event.ts';

interface Root {
  readonly conversationEvents?: object;
  readonly inboxEvents?: { readonly event?: object };
}

/** Milliseconds since 1970 by the store's clock; null for what is no event of a conversation. */
export function readEventTime(root: unknown): number | null {
  const { conversationEvents, inboxEvents } = root as Root;
  const { occurredAt } = (conversationEvents ?? inboxEvents?.event ?? {}) as Partial<EventPayload>;
  const at = occurredAt instanceof Date ? occurredAt.getTime() : Number.NaN;
  return Number.isFinite(at) ? at : null;
}
