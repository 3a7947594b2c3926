/**
 * For how long a peer has taken nothing of what waits for it. A stream says that bytes were taken only when a whole write is done, which is late for a
 * long answer on a slow line; what is left of the write is known to the socket's handle, and Node's own socket timeout goes by that as well. Used by
 * transport-ws/socket-writer.ts and by the gateway's HTTP streams.
 */
import type { Duplex } from 'node:stream';

export class WriteProgress {
  #since: number | null = null;
  #left = 0;

  /** Something waits on the socket from now on. */
  noteWaiting(socket: Duplex): void {
    if (this.#since !== null) return;
    this.#since = performance.now();
    this.#left = readLeft(socket);
  }

  /** Nothing waits any more. */
  noteTaken(): void {
    this.#since = null;
  }

  get isWaiting(): boolean {
    return this.#since !== null;
  }

  /** Milliseconds, as seen by those who ask: since the last time that something more had been taken. 0 when nothing waits. */
  stalledMs(socket: Duplex): number {
    if (this.#since === null) return 0;
    const left = readLeft(socket);
    if (left !== this.#left) this.#since = performance.now();
    this.#left = left;
    return performance.now() - this.#since;
  }
}

/** Bytes of the write that is being made; 0 where nobody knows. */
function readLeft(socket: Duplex): number {
  const { _handle: handle } = socket as { _handle?: { readonly writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? 0;
}
