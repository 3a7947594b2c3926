/**
 * For how long a peer has taken nothing of what waits for it. A stream says that bytes were taken only when a whole write is done, which is late for a
 * long answer on a slow line; what is left of the write is known to the socket's handle, and Node's own socket timeout goes by that as well. Used by
 * transport-ws/socket-writer.ts and by the gateway's HTTP streams.
 */
import type { Duplex } from 'node:stream';

export class WriteProgress {
  #since: number | null = null;
  #left = 0;
  #takenAt = Number.NEGATIVE_INFINITY;

  /** Something waits on the socket from now on. */
  noteWaiting(socket: Duplex): void {
    if (this.#since !== null) return;
    this.#since = performance.now();
    this.#left = readLeft(socket);
  }

  /** Some of what waits has been taken, as others know. */
  noteSome(): void {
    this.#takenAt = performance.now();
    if (this.#since !== null) this.#since = this.#takenAt;
  }

  /** Nothing waits any more. */
  noteTaken(): void {
    if (this.#since !== null) this.#takenAt = performance.now();
    this.#since = null;
  }

  get isWaiting(): boolean {
    return this.#since !== null;
  }

  /** Milliseconds, as seen by those who ask: since the last time that something more had been taken. 0 when nothing waits. */
  stalledMs(socket: Duplex): number {
    if (this.#since === null) return 0;
    const left = readLeft(socket);
    if (left !== this.#left) this.noteSome();
    this.#left = left;
    return performance.now() - this.#since;
  }

  /** Has something been taken within this time of what had to wait? The system's own buffers may still be full of it. */
  hasTaken(socket: Duplex, withinMs: number): boolean {
    this.stalledMs(socket);
    return performance.now() - this.#takenAt < withinMs;
  }
}

/** Bytes of the write that is being made; 0 where nobody knows. */
function readLeft(socket: Duplex): number {
  const { _handle: handle } = socket as { _handle?: { readonly writeQueueSize?: number } | null };
  return handle?.writeQueueSize ?? 0;
}
