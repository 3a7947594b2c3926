/**
 * WebSocket frames, as little of them as is needed: the load generator must cost less than what it measures, so it reads their heads only. Used by
 * subscribers/subscriber.ts and peers/events-server/raw-server.ts.
 */

/** Gets a payload that is overwritten afterwards. */
export type OnFrame = (opcode: number, payload: Buffer) => void;

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const;

/** Cuts what a server sends into frames; takes the bytes in the pieces in which they come. */
export function createFrameReader(onFrame: OnFrame): (chunk: Buffer) => void {
  /** The beginning of a frame that is not complete. */
  let begun: Buffer | null = null;

  function takeFrames(bytes: Buffer, from: number): number {
    let at = from;
    while (at + 2 <= bytes.length) {
      const start = at + headBytes(bytes, at);
      if (start > bytes.length) break;
      const end = start + payloadBytes(bytes, at);
      if (end > bytes.length) break;
      onFrame((bytes[at] ?? 0) & 0x0f, bytes.subarray(start, end));
      at = end;
    }
    return at;
  }

  return (chunk) => {
    let at = 0;
    while (begun !== null && at < chunk.length) {
      const piece = chunk.subarray(at, at + missingBytes(begun));
      begun = Buffer.concat([begun, piece]);
      at += piece.length;
      if (missingBytes(begun) > 0) continue;
      takeFrames(begun, 0);
      begun = null;
    }
    at = takeFrames(chunk, at);
    if (at < chunk.length) begun = Buffer.from(chunk.subarray(at));
  };
}

/** A frame that a client may send: masked with zeros, so that its payload stays as it is. */
export function createClientFrame(opcode: number, payload: Buffer): Buffer {
  const head = createHead(opcode, payload.length);
  head[1] = (head[1] ?? 0) | 0x80;
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/** A frame that a server may send. */
export function createServerFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([createHead(opcode, payload.length), payload]);
}

function createHead(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  if (length > 0xffff) throw new Error(`a frame of ${length} bytes`);
  const head = Buffer.from([0x80 | opcode, 126, 0, 0]);
  head.writeUInt16BE(length, 2);
  return head;
}

function headBytes(bytes: Buffer, at: number): number {
  const length = bytes[at + 1] ?? 0;
  if (length < 126) return 2;
  return length === 126 ? 4 : 10;
}

function payloadBytes(bytes: Buffer, at: number): number {
  const length = bytes[at + 1] ?? 0;
  if (length < 126) return length;
  return length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}

function missingBytes(frame: Buffer): number {
  if (frame.length < 2) return 2 - frame.length;
  const head = headBytes(frame, 0);
  return (frame.length < head ? head : head + payloadBytes(frame, 0)) - frame.length;
}
