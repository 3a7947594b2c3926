/**
 * When a client reads too slowly for one more answer that can't wait, on a socket (client-socket.ts) as on a response that stays open (http-stream.ts).
 * Results of subscriptions can: they wait from the first full buffer on.
 */

/** Of SOCKET_BUFFER_BYTES_MAX, while the client takes what it gets: one long answer must not look like a client that has stopped. */
const readingFactorMax = 16;
const stalledMs = 5_000;

export interface Backlog {
  /** That the client has not taken. */
  readonly unsentBytes: number;
  /** For so long its buffer has been full. */
  readonly fullMs: number;
}

/** Is there too much already? A client that reads gets its answer, however long it is. */
export function isReadingTooSlowly({ unsentBytes, fullMs }: Backlog, socketBufferBytesMax: number): boolean {
  const isStalled = fullMs > stalledMs;
  return unsentBytes > (isStalled ? socketBufferBytesMax : socketBufferBytesMax * readingFactorMax);
}
