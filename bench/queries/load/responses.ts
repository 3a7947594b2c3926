/**
 * HTTP/1.1 responses, as little of them as is needed: the load generator must cost less than what it measures, so it reads status and length and counts the
 * body. Used by connection.ts.
 */

/** `bodyBytes` without what chunks add. */
export type OnResponse = (status: number, bodyBytes: number) => void;

const headEnd = '\r\n\r\n';
/** Where the status is in `HTTP/1.1 200 OK`. */
const statusAt = 9;
const lineFeed = 10;

/** Where the bytes of the body are. Sizes are those of the chunk under way; its line feed and carriage return are part of what is left. */
type Body =
  | { readonly kind: 'sized'; left: number }
  | { readonly kind: 'chunk'; left: number }
  | { readonly kind: 'chunkHead'; line: string }
  | { readonly kind: 'trailer'; line: string };

/** Takes the bytes of a connection in the pieces in which they come. Throws when a response is neither chunked nor says its length. */
export function createResponseReader(onResponse: OnResponse): (bytes: Buffer) => void {
  /** The beginning of a head that is not complete. */
  let head = '';
  let body: Body | null = null;
  let status = 0;
  let bodyBytes = 0;

  function readHead(bytes: Buffer, from: number): number {
    const found = bytes.indexOf(headEnd, from, 'latin1');
    const known = head.length;
    head += bytes.toString('latin1', from, found === -1 ? bytes.length : found + headEnd.length);
    // Not `found`: the end may have been cut in two, and what was found is another one then.
    const close = head.indexOf(headEnd);
    if (close === -1) return bytes.length;
    const next = from + close + headEnd.length - known;
    status = Number(head.slice(statusAt, statusAt + 3));
    body = toBody(head.slice(0, close));
    bodyBytes = body.kind === 'sized' ? body.left : 0;
    head = '';
    if (body.kind === 'sized' && body.left === 0) finish();
    return next;
  }

  function readBody(open: Body, bytes: Buffer, from: number): number {
    if (open.kind === 'sized' || open.kind === 'chunk') {
      const taken = Math.min(open.left, bytes.length - from);
      open.left -= taken;
      if (open.left === 0) {
        if (open.kind === 'sized') finish();
        else body = { kind: 'chunkHead', line: '' };
      }
      return from + taken;
    }
    const end = bytes.indexOf(lineFeed, from);
    const stop = end === -1 ? bytes.length : end + 1;
    open.line += bytes.toString('latin1', from, stop);
    if (end !== -1) endLine(open);
    return stop;
  }

  function endLine(open: Extract<Body, { line: string }>): void {
    if (open.kind === 'trailer') {
      if (open.line === '\r\n') finish();
      else open.line = '';
      return;
    }
    const size = Number.parseInt(open.line, 16);
    bodyBytes += size;
    body = size === 0 ? { kind: 'trailer', line: '' } : { kind: 'chunk', left: size + 2 };
  }

  function finish(): void {
    body = null;
    onResponse(status, bodyBytes);
  }

  return (bytes) => {
    for (let at = 0; at < bytes.length; )
      at = body === null ? readHead(bytes, at) : readBody(body, bytes, at);
  };
}

function toBody(head: string): Body {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return { kind: 'sized', left: Number(length) };
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return { kind: 'chunkHead', line: '' };
  throw new Error(`a response of unknown length: ${head}`);
}
