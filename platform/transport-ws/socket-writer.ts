/**
 * LIVE: what is sent on a WebSocket within one turn of the event loop leaves in one system call. Texts that many sockets share are kept as bytes and
 * framed here, so that one more subscriber costs a copy and no serialization. Used by the servers of gateway and subgraphs.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { WriteProgress } from '#platform/write-progress.ts';

/** A text message; `body`, when there is one, stands between `head` and a closing brace. */
interface Outgoing {
  readonly head: string;
  readonly body: Buffer | null;
}

const textFrame = 0x81;
const closingBrace = 0x7d;
/** As much as the stream itself keeps before it is full. */
const fullBytes = 64 * 1024;
/** Lengths up to which a frame header is short, RFC 6455 section 5.2. */
const shortMax = 125;
const mediumMax = 0xffff;

/** RFC 6455 section 5.5. */
const reasonBytesMax = 123;

/** Writers that have something for the end of this turn. */
let due: SocketWriter[] = [];

function flushDue(): void {
  const writers = due;
  due = [];
  for (const writer of writers) writer.flush();
}

export class SocketWriter {
  readonly socket: WebSocket;
  readonly #stream: Duplex;
  readonly #isCompressing: boolean;
  #outgoing: Outgoing[] = [];
  /** Of this turn, roughly. */
  #outgoingBytes = 0;
  #isDue = false;
  #beforeFlush: (() => void) | null = null;
  #onDrain: (() => void) | null = null;
  readonly #progress = new WriteProgress();

  /** `stream` is the connection that the socket was upgraded from. */
  constructor(socket: WebSocket, stream: Duplex) {
    this.socket = socket;
    this.#stream = stream;
    this.#isCompressing = socket.extensions !== '';
    stream.on('drain', () => this.#noteDrained());
  }

  /** Called at the end of a turn in which something was sent or `wake` was called, to send more. */
  set beforeFlush(listener: () => void) {
    this.#beforeFlush = listener;
  }

  /** Is so much unsent that whoever can wait should? */
  get isFull(): boolean {
    return (
      this.#stream.writableNeedDrain ||
      this.#outgoingBytes >= fullBytes ||
      (this.#isCompressing && this.socket.bufferedAmount >= fullBytes)
    );
  }

  /** For how many milliseconds the peer has taken nothing of much that waits for it; 0 when it takes what it gets. */
  get stalledMs(): number {
    return this.#progress.stalledMs(this.#stream);
  }

  /** Has the peer taken something within this time of what had to wait? What stands behind that it may not have seen yet. */
  isTaking(withinMs: number): boolean {
    return this.#progress.hasTaken(this.#stream, withinMs);
  }

  /** Bytes that the peer has not taken, without those of this turn. */
  get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** Called each time when the writer is not full any more. */
  set onDrain(listener: () => void) {
    this.#onDrain = listener;
  }

  send(text: string): void {
    this.#push({ head: text, body: null }, text.length);
  }

  /** Sends `head`, `body` and a closing brace as one text. */
  sendWith(head: string, body: Buffer): void {
    this.#push({ head, body }, head.length + body.length);
  }

  #push(message: Outgoing, bytes: number): void {
    this.#outgoing.push(message);
    this.#outgoingBytes += bytes;
    this.wake();
  }

  /** So much more will be sent by `beforeFlush`. */
  announce(bytes: number): void {
    this.#outgoingBytes += bytes;
    this.wake();
  }

  /** Flushes at the end of this turn. */
  wake(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    if (due.push(this) === 1) setImmediate(flushDue);
  }

  /** Now, and in the order in which it was given. */
  flush(): void {
    this.#beforeFlush?.();
    this.#isDue = false;
    const outgoing = this.#outgoing;
    if (outgoing.length === 0) return;
    this.#outgoing = [];
    const wasFull = this.isFull;
    this.#outgoingBytes = 0;
    if (this.socket.readyState !== this.socket.OPEN) return;
    // Only the library knows how to compress, and it takes its time.
    if (this.#isCompressing)
      for (const message of outgoing) this.socket.send(toText(message), () => this.#noteSent());
    else this.#stream.write(toFrames(outgoing));
    if (this.isFull) this.#progress.noteWaiting(this.#stream);
    else if (wasFull) this.#noteDrained();
  }

  /** One of many; whether it made room matters only when there was none. */
  #noteSent(): void {
    if (!this.#progress.isWaiting) return;
    this.#progress.noteSome();
    this.#noteDrained();
  }

  #noteDrained(): void {
    if (this.isFull) return;
    this.#progress.noteTaken();
    this.#onDrain?.();
  }

  /** Closes after what was sent. */
  close(code: number, reason: string): void {
    this.flush();
    this.socket.close(code, Buffer.from(reason).subarray(0, reasonBytesMax));
  }
}

function toText({ head, body }: Outgoing): string {
  return body === null ? head : `${head}${body}}`;
}

function toFrames(outgoing: readonly Outgoing[]): Buffer {
  let length = 0;
  const lengths = outgoing.map(({ head, body }) => {
    const payload = Buffer.byteLength(head) + (body === null ? 0 : body.length + 1);
    length += headerLength(payload) + payload;
    return payload;
  });
  const frames = Buffer.allocUnsafe(length);
  let at = 0;
  for (const [index, { head, body }] of outgoing.entries()) {
    at = writeHeader(frames, at, lengths[index] as number);
    at += frames.write(head, at);
    if (body === null) continue;
    at += body.copy(frames, at);
    frames[at] = closingBrace;
    at += 1;
  }
  return frames;
}

function headerLength(payload: number): number {
  if (payload <= shortMax) return 2;
  return payload <= mediumMax ? 4 : 10;
}

/** Unmasked, as servers send it. */
function writeHeader(frames: Buffer, at: number, payload: number): number {
  frames[at] = textFrame;
  if (payload <= shortMax) {
    frames[at + 1] = payload;
    return at + 2;
  }
  if (payload <= mediumMax) {
    frames[at + 1] = shortMax + 1;
    frames.writeUInt16BE(payload, at + 2);
    return at + 4;
  }
  frames[at + 1] = shortMax + 2;
  frames.writeBigUInt64BE(BigInt(payload), at + 2);
  return at + 10;
}
