/** Every response is found once, with the length of its body, whatever pieces the bytes come in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createResponseReader } from './responses.ts';

const response = fc.record({
  status: fc.constantFrom(200, 400, 503),
  pieces: fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(70_000)), { maxLength: 4 }),
  isChunked: fc.boolean(),
});

function render({
  status,
  pieces,
  isChunked,
}: typeof response extends fc.Arbitrary<infer One> ? One : never) {
  const bodies = pieces.map((size, n) => (n % 2 === 0 ? '\r\n' : 'x').repeat(size).slice(0, size));
  const head = `HTTP/1.1 ${status} Some Words\r\nDate: today\r\n`;
  if (!isChunked) return `${head}Content-Length: ${bodies.join('').length}\r\n\r\n${bodies.join('')}`;
  const chunks = bodies.map((body) => `${body.length.toString(16)}\r\n${body}\r\n`);
  return `${head}transfer-encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`;
}

test('responses of every form are found in pieces of every length', () => {
  const cuts = fc.infiniteStream(
    fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 70_000 })),
  );
  fc.assert(
    fc.property(fc.array(response, { maxLength: 5 }), cuts, (responses, pieces) => {
      const bytes = Buffer.from(responses.map(render).join(''), 'latin1');
      const found: object[] = [];
      const read = createResponseReader((status, bodyBytes) => found.push({ status, bodyBytes }));
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + (pieces.next().value ?? 1));
        read(piece);
        at += piece.length;
      }
      const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);
      assert.deepEqual(
        found,
        responses.map((one) => ({ status: one.status, bodyBytes: sum(one.pieces) })),
      );
    }),
  );
});

test('a response that ends with its connection is refused', () => {
  const read = createResponseReader(() => undefined);
  assert.throws(() => read(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), /unknown length/);
});
