/**
 * HISTORY and SEND: reads the responses of a subgraph from a connection, piece by piece as they come (HTTP/1.1: RFC 9112). Fed by http-connection.ts. Stricter than it would
 * have to be: where two readers could disagree about where a response ends, there is none.
 */

export interface HttpResponse {
  readonly status: number;
  readonly cacheControl: string | undefined;
  readonly body: Buffer;
  /** For how long the connection may be idle before it is used again; 0 when it may not be used again. */
  readonly reusableMs: number;
}

/** What came is no response, or too long. The connection is of no use any more. */
export class MalformedResponse extends Error {}

interface Head {
  readonly status: number;
  readonly cacheControl: string | undefined;
  /** Null when it is not told. */
  readonly bodyBytes: number | null;
  readonly isChunked: boolean;
  readonly reusableMs: number;
}

const headBytesMax = 16 * 1024;
/** Of the line before a chunk, extensions included. */
const lineBytesMax = 1024;
const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');
const none = Buffer.alloc(0);

type State =
  | { readonly kind: 'head' }
  | { readonly kind: 'counted'; readonly head: Head; readonly body: Buffer; filled: number }
  | { readonly kind: 'open'; readonly head: Head }
  | { readonly kind: 'chunk line'; readonly head: Head }
  | { readonly kind: 'chunk'; readonly head: Head; left: number }
  | { readonly kind: 'chunk end'; readonly head: Head }
  | { readonly kind: 'trailer'; readonly head: Head };

const atHead: State = { kind: 'head' };

export interface ResponseReaderOptions {
  readonly bodyBytesMax: number;
  /** As long as a connection may be idle, if the server does not say less. */
  readonly idleMs: number;
}

/** Of one connection, on which there is one request at a time. */
export class HttpResponseReader {
  readonly #options: ResponseReaderOptions;
  #state: State = atHead;
  /** What did not suffice to go on. */
  #rest: Buffer = none;
  /** What there is of a body whose length is not told, at the beginning of a longer buffer. */
  #body: Buffer = none;
  #filled = 0;
  #trailerBytes = 0;

  constructor(options: ResponseReaderOptions) {
    this.#options = options;
  }

  /** The response when it is complete, else null. Keeps nothing of `chunk`. Throws MalformedResponse. */
  read(chunk: Buffer): HttpResponse | null {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = none;
    }
    let at = 0;
    for (;;) {
      const next = this.#step(bytes, at);
      if (next === null) {
        this.#rest = at === bytes.length ? none : Buffer.from(bytes.subarray(at));
        return null;
      }
      if (typeof next === 'number') {
        at = next;
        continue;
      }
      // Nothing was asked for that could be answered by more.
      return next.end === bytes.length ? next.response : { ...next.response, reusableMs: 0 };
    }
  }

  /** The server will say nothing more: a response that ends so, else null. */
  end(): HttpResponse | null {
    return this.#state.kind === 'open' ? this.#complete(this.#state.head, this.#takeBody()) : null;
  }

  /** Where to go on; null when there is not enough. */
  #step(
    bytes: Buffer,
    at: number,
  ): number | null | { readonly response: HttpResponse; readonly end: number } {
    const state = this.#state;
    switch (state.kind) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'counted': {
        const copied = bytes.copy(state.body, state.filled, at);
        state.filled += copied;
        if (state.filled < state.body.length) return copied === 0 ? null : at + copied;
        return { response: this.#complete(state.head, state.body), end: at + copied };
      }
      case 'open':
        this.#keep(bytes.subarray(at));
        return at === bytes.length ? null : bytes.length;
      case 'chunk line':
        return this.#readChunkLine(state.head, bytes, at);
      case 'chunk': {
        const piece = bytes.subarray(at, at + state.left);
        if (piece.length === 0) return null;
        this.#keep(piece);
        state.left -= piece.length;
        if (state.left === 0) this.#state = { kind: 'chunk end', head: state.head };
        return at + piece.length;
      }
      case 'chunk end':
        if (bytes.length - at < lineEnd.length) return null;
        if (bytes.indexOf(lineEnd, at) !== at) throw new MalformedResponse('a chunk is longer than it said');
        this.#state = { kind: 'chunk line', head: state.head };
        return at + lineEnd.length;
      case 'trailer': {
        const end = bytes.indexOf(lineEnd, at);
        if (end === -1) return waitFor(bytes.length - at, headBytesMax);
        if (end > at) {
          this.#trailerBytes += end - at;
          if (this.#trailerBytes > headBytesMax) throw tooLong();
          return end + lineEnd.length;
        }
        const response = this.#complete(state.head, this.#takeBody());
        return { response, end: end + lineEnd.length };
      }
    }
  }

  #readHead(bytes: Buffer, at: number) {
    const end = bytes.indexOf(headEnd, at);
    if (end === -1) return waitFor(bytes.length - at, headBytesMax);
    if (end - at > headBytesMax) throw new MalformedResponse('the head of the response is too long');
    const head = parseHead(bytes.toString('latin1', at, end), this.#options.idleMs);
    const after = end + headEnd.length;
    if (head.status < 200) return after;
    const { bodyBytes, isChunked } = head;
    if (bodyBytes === 0) return { response: this.#complete(head, none), end: after };
    // There is no body, but somebody may think so, and send it.
    if (head.status === 204 || head.status === 304)
      return { response: this.#complete({ ...head, reusableMs: 0 }, none), end: after };
    if (isChunked) this.#state = { kind: 'chunk line', head };
    else if (bodyBytes === null) this.#state = { kind: 'open', head };
    else {
      if (bodyBytes > this.#options.bodyBytesMax) throw tooLong();
      this.#state = { kind: 'counted', head, body: Buffer.allocUnsafe(bodyBytes), filled: 0 };
    }
    return after;
  }

  #readChunkLine(head: Head, bytes: Buffer, at: number): number | null {
    const end = bytes.indexOf(lineEnd, at);
    if (end === -1) return waitFor(bytes.length - at, lineBytesMax);
    const [, digits] = /^([0-9a-fA-F]{1,8})(?:[ \t]*;.*)?$/.exec(bytes.toString('latin1', at, end)) ?? [];
    if (digits === undefined || end - at > lineBytesMax) throw new MalformedResponse('a chunk has no length');
    const left = Number.parseInt(digits, 16);
    this.#state = left === 0 ? { kind: 'trailer', head } : { kind: 'chunk', head, left };
    return end + lineEnd.length;
  }

  #keep(piece: Buffer): void {
    const bytes = this.#filled + piece.length;
    const { bodyBytesMax } = this.#options;
    if (bytes > bodyBytesMax) throw tooLong();
    if (bytes > this.#body.length) {
      const longer = Buffer.allocUnsafe(Math.min(2 * bytes, bodyBytesMax));
      this.#body.copy(longer, 0, 0, this.#filled);
      this.#body = longer;
    }
    piece.copy(this.#body, this.#filled);
    this.#filled = bytes;
  }

  #takeBody(): Buffer {
    return this.#body.subarray(0, this.#filled);
  }

  #complete({ status, cacheControl, reusableMs }: Head, body: Buffer): HttpResponse {
    this.#state = atHead;
    this.#body = none;
    this.#filled = 0;
    this.#trailerBytes = 0;
    return { status, cacheControl, body, reusableMs };
  }
}

function waitFor(bytes: number, max: number): null {
  if (bytes > max) throw new MalformedResponse('a part of the response is too long');
  return null;
}

function tooLong(): MalformedResponse {
  return new MalformedResponse('the response is too long');
}

/** Throws MalformedResponse. */
function parseHead(text: string, idleMs: number): Head {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, minor, digits] = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/.exec(statusLine) ?? [];
  if (digits === undefined || digits === '101')
    throw new MalformedResponse('the response is not of HTTP/1.1');
  const fields = readFields(lines);
  const { transferEncoding, contentLength, connection, keepAlive } = fields;
  if (transferEncoding !== undefined && transferEncoding.toLowerCase() !== 'chunked')
    throw new MalformedResponse(`the response is encoded as ${transferEncoding}`);
  if (contentLength !== undefined && (transferEncoding !== undefined || !/^\d{1,15}$/.test(contentLength)))
    throw new MalformedResponse('the length of the response is not clear');
  const isChunked = transferEncoding !== undefined;
  const bodyBytes = contentLength === undefined ? null : Number(contentLength);
  const options = connection?.toLowerCase() ?? '';
  const isKept = minor === '1' ? !options.includes('close') : options.includes('keep-alive');
  const isReusable = isKept && (isChunked || bodyBytes !== null);
  return {
    ...{ status: Number(digits), cacheControl: fields.cacheControl, bodyBytes, isChunked },
    reusableMs: isReusable ? limitIdle(keepAlive, idleMs) : 0,
  };
}

/** What is closed within this time may be closed while a request is on its way. */
const closingMs = 1_000;

function limitIdle(keepAlive: string | undefined, idleMs: number): number {
  const [, seconds] = /(?:^|[,;\s])timeout\s*=\s*(\d{1,9})/i.exec(keepAlive ?? '') ?? [];
  return seconds === undefined ? idleMs : Math.max(0, Math.min(idleMs, Number(seconds) * 1_000 - closingMs));
}

interface Fields {
  transferEncoding?: string;
  contentLength?: string;
  connection?: string;
  keepAlive?: string;
  cacheControl?: string;
}

const fieldNames: ReadonlyMap<string, keyof Fields> = new Map([
  ['transfer-encoding', 'transferEncoding'],
  ['content-length', 'contentLength'],
  ['connection', 'connection'],
  ['keep-alive', 'keepAlive'],
  ['cache-control', 'cacheControl'],
]);
const nameCharsMax = 17;

/** Those that count here; a list in several lines is one. */
function readFields(lines: readonly string[]): Fields {
  const fields: Fields = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    // Also a line that goes on with the one before it.
    if (colon < 1 || /^[ \t]|[ \t]:/.test(line.slice(0, colon + 1)) || /[\r\n\0]/.test(line))
      throw new MalformedResponse('a header of the response has no name');
    if (colon > nameCharsMax) continue;
    const name = fieldNames.get(line.slice(0, colon).toLowerCase());
    if (name === undefined) continue;
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    const known = fields[name];
    // Told twice is told as before, or it is a list that does not count as a length.
    if (known === undefined || (name === 'contentLength' && known === value)) fields[name] = value;
    else fields[name] = `${known}, ${value}`;
  }
  return fields;
}
