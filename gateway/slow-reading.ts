/**
 * When a client reads too slowly for one more answer that can't wait, on a socket (client-socket.ts) as on a response that stays open (http-stream.ts).
 * Results of subscriptions can: they wait from the first full buffer on.
 */
import type { ServerResponse } from 'node:http';

/** Of SOCKET_BUFFER_BYTES_MAX, while the client takes what it gets: one long answer must not look like a client that has stopped. */
const readingFactorMax = 16;
/** The system tells of what was taken in large steps only: a slow line may need seconds for one. */
const stalledMsMax = 20_000;

export interface Backlog {
  /** That the client has not taken. */
  readonly unsentBytes: number;
  /** For so long it has taken nothing of it. */
  readonly stalledMs: number;
}

/** Is there too much already? A client that reads gets its answer, however long it is. */
export function isReadingTooSlowly(
  { unsentBytes, stalledMs }: Backlog,
  socketBufferBytesMax: number,
): boolean {
  const isStalled = stalledMs > stalledMsMax;
  return unsentBytes > (isStalled ? socketBufferBytesMax : socketBufferBytesMax * readingFactorMax);
}

/** Ends the response. What is unsent still goes out; a client that takes nothing of it for so long is cut off. */
export function endOnceRead(response: ServerResponse, stalledMs: number): void {
  const { socket } = response;
  response.end();
  if (socket === null || response.writableFinished) return;
  const cut = () => response.destroy();
  // It starts anew whenever some of a write has gone, and also when the client sends something.
  socket.setTimeout(stalledMs, cut);
  // Then it is the server's again.
  response.once('finish', () => {
    socket.off('timeout', cut);
    if (socket.timeout === stalledMs) socket.setTimeout(0);
  });
}
