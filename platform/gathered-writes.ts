/**
 * LIVE: what is sent on a connection within one turn of the event loop leaves in one system call. A WebSocket message is a write of its own, and
 * during a catch-up these writes cost more than all else. Used by platform/subgraph/websocket.ts and gateway/websocket.ts.
 */
import type { Writable } from 'node:stream';

/** To be called before each write to the stream. */
export function gatherWrites(stream: Pick<Writable, 'cork' | 'uncork'>): () => void {
  let isGathering = false;
  return () => {
    if (isGathering) return;
    isGathering = true;
    stream.cork();
    // Runs after the promises that are settled by now, and with them the next events of the same stream.
    process.nextTick(() => {
      isGathering = false;
      stream.uncork();
    });
  };
}
