/** A response is read the same however it comes in pieces, and where its end is not clear there is none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpResponse } from './http-response.ts';
import { HttpResponseReader, MalformedResponse } from './http-response.ts';

const bodyBytesMax = 1_000;
const idleMs = 4_000;

function createReader(): HttpResponseReader {
  return new HttpResponseReader({ bodyBytesMax, idleMs });
}

/** `end`: the server closes the connection behind the last piece. */
function read(pieces: readonly Buffer[], end = false): HttpResponse | null {
  const reader = createReader();
  let response: HttpResponse | null = null;
  for (const piece of pieces) {
    // As connections do: the same bytes are written over by the next piece.
    const shared = Buffer.from(piece);
    response = reader.read(shared);
    shared.fill(0);
    if (response !== null) break;
  }
  return response ?? (end ? reader.end() : null);
}

function lines(...all: readonly string[]): Buffer {
  return Buffer.from(all.join('\r\n'));
}

const whole: readonly (readonly [string, Buffer, Partial<HttpResponse> & { readonly text: string }])[] = [
  [
    'with a length',
    lines(
      'HTTP/1.1 200 OK',
      'Content-Length: 7',
      'Cache-Control: public',
      'cache-control:max-age=5',
      '',
      '{"a":1}',
    ),
    { status: 200, text: '{"a":1}', cacheControl: 'public, max-age=5', reusableMs: idleMs },
  ],
  [
    'in chunks, with extensions and trailers',
    lines(
      'HTTP/1.1 200 OK',
      'transfer-encoding: Chunked',
      '',
      '3;a=b',
      '{"a',
      '4',
      '":1}',
      '0',
      'x: y',
      '',
      '',
    ),
    { status: 200, text: '{"a":1}', reusableMs: idleMs },
  ],
  [
    'behind one that says to go on',
    lines('HTTP/1.1 100 Continue', '', 'HTTP/1.1 503 ', 'content-length: 2', 'Connection: Close', '', 'no'),
    { status: 503, text: 'no', reusableMs: 0 },
  ],
  ['without a body', lines('HTTP/1.1 204 No Content', '', ''), { status: 204, text: '', reusableMs: 0 }],
  [
    'that should have no body and tells of one',
    lines('HTTP/1.1 304 Not Modified', 'content-length: 46', '', ''),
    { status: 304, text: '', reusableMs: 0 },
  ],
  [
    'of an older server that keeps the connection for two seconds',
    lines(
      'HTTP/1.0 200 OK',
      'content-length: 1',
      'connection: keep-alive',
      'Keep-Alive: max=5, timeout=2',
      '',
      'x',
    ),
    { text: 'x', reusableMs: 1_000 },
  ],
  [
    'whose length is told twice',
    lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 1', '', 'x'),
    { text: 'x', reusableMs: idleMs },
  ],
];

for (const [what, bytes, { text, ...wanted }] of whole)
  test(`a response ${what}, in one piece, in two, and byte by byte`, () => {
    const cuts = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
    const ways = [
      [bytes],
      Array.from(bytes, (byte) => Buffer.of(byte)),
      ...cuts.map((cut) => [bytes.subarray(0, cut), bytes.subarray(cut)]),
    ];
    for (const pieces of ways) {
      const response = read(pieces);
      assert.equal(response?.body.toString(), text);
      for (const [name, value] of Object.entries(wanted))
        assert.deepEqual({ ...response }[name], value, name);
    }
  });

test('one without a length ends with the connection, whatever its length', () => {
  const bytes = lines('HTTP/1.1 200 OK', '', '{"a":1}');
  for (let cut = 1; cut < bytes.length; cut += 1) {
    const response = read([bytes.subarray(0, cut), bytes.subarray(cut)], true);
    assert.deepEqual([response?.body.toString(), response?.reusableMs], ['{"a":1}', 0]);
  }
});

test('a body of as many chunks as bytes is read whole', () => {
  const bytes = 200_000;
  const reader = new HttpResponseReader({ bodyBytesMax: bytes, idleMs });
  assert.equal(reader.read(lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '')), null);
  for (let sent = 0; sent < bytes; sent += 1) assert.equal(reader.read(Buffer.from('1\r\nx\r\n')), null);
  assert.equal(reader.read(lines('0', '', ''))?.body.length, bytes);
});

test('one that breaks off is none', () => {
  assert.equal(read([lines('HTTP/1.1 200 OK', 'content-length: 5', '', 'abc')], true), null);
  assert.equal(read([lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '5', 'abc')], true), null);
  assert.equal(read([lines('HTTP/1.1 200 OK', 'content-le')], true), null);
});

test('what follows a response ends the connection: nothing else was asked for', () => {
  const first = lines('HTTP/1.1 200 OK', 'content-length: 2', '', 'ok');
  const response = read([Buffer.concat([first, lines('HTTP/1.1 200 OK', 'content-length: 4', '', 'evil')])]);
  assert.deepEqual([response?.body.toString(), response?.reusableMs], ['ok', 0]);
});

test('responses follow each other on one connection', () => {
  const reader = createReader();
  for (const text of ['one', 'another', ''])
    assert.equal(
      reader
        .read(lines('HTTP/1.1 200 OK', `content-length: ${Buffer.byteLength(text)}`, '', text))
        ?.body.toString(),
      text,
    );
});

for (const [what, bytes] of [
  ['of something else', lines('SSH-2.0-OpenSSH', '', '')],
  ['of another version', lines('HTTP/2 200 OK', '', '')],
  ['that switches protocols', lines('HTTP/1.1 101 Switching Protocols', '', '')],
  ['with two lengths', lines('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2', '', 'ab')],
  ['with a list for a length', lines('HTTP/1.1 200 OK', 'content-length: 1, 1', '', 'a')],
  ['with a negative length', lines('HTTP/1.1 200 OK', 'content-length: -1', '', 'a')],
  [
    'with a length and chunks',
    lines('HTTP/1.1 200 OK', 'content-length: 1', 'transfer-encoding: chunked', '', '0', '', ''),
  ],
  ['in another encoding', lines('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '0', '', '')],
  ['with a line end inside a header', lines('HTTP/1.1 200 OK', 'x: a\ncontent-length: 1', '', 'a')],
  ['with a header over two lines', lines('HTTP/1.1 200 OK', 'x: a', ' content-length: 1', '', 'a')],
  ['with a blank before a colon', lines('HTTP/1.1 200 OK', 'content-length : 1', '', 'a')],
  ['with a line that is no header', lines('HTTP/1.1 200 OK', 'hello', '', '')],
  [
    'with a chunk of no length',
    lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0x5', 'abcde', ''),
  ],
  ['with a chunk that is too long', lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '1', 'abc')],
  ['with a head that does not end', Buffer.alloc(20_000, 'x')],
  [
    'with a length above what is allowed',
    lines('HTTP/1.1 200 OK', `content-length: ${bodyBytesMax + 1}`, '', ''),
  ],
  [
    'with chunks above what is allowed',
    lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '3e9', 'x'.repeat(1_001), ''),
  ],
  ['that does not end, above what is allowed', lines('HTTP/1.1 200 OK', '', 'x'.repeat(1_001))],
  [
    'with trailers that do not end',
    lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', '0', 'x'.repeat(20_000)),
  ],
  [
    'with a chunk line that does not end',
    lines('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', `5;${'x'.repeat(2_000)}`),
  ],
] as const)
  test(`a response ${what} is refused`, () => {
    assert.throws(() => read([bytes], true), MalformedResponse);
    const bytewise = Array.from(bytes, (byte) => Buffer.of(byte));
    assert.throws(() => read(bytewise, true), MalformedResponse);
  });
