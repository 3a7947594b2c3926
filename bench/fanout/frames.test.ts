/** Every frame is found once, whatever pieces the bytes come in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createClientFrame, createFrameReader, createServerFrame } from './frames.ts';

/** With a length in 8 bytes, which only long frames have. */
function createLongFrame(payload: Buffer): Buffer {
  const head = Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, payload]);
}

test('frames of every length are found in pieces of every length', () => {
  const lengths = fc.array(fc.oneof(fc.nat(130), fc.nat(1_000), fc.constant(70_000)), { maxLength: 6 });
  const cuts = fc.infiniteStream(
    fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 70_000 })),
  );
  fc.assert(
    fc.property(lengths, cuts, (sizes, pieces) => {
      const payloads = sizes.map((size, n) => Buffer.alloc(size, n + 1));
      const frames = payloads.map((one) =>
        one.length > 0xffff ? createLongFrame(one) : createServerFrame(1, one),
      );
      const bytes = Buffer.concat(frames);
      const found: Buffer[] = [];
      const read = createFrameReader((opcode, payload) => {
        assert.equal(opcode, 1);
        found.push(Buffer.from(payload));
      });
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + (pieces.next().value ?? 1));
        read(piece);
        at += piece.length;
      }
      assert.deepEqual(found, payloads);
    }),
  );
});

test('what the client sends is a masked frame', () => {
  const payload = Buffer.from('x'.repeat(200));
  const frame = createClientFrame(1, payload);
  assert.deepEqual([...frame.subarray(0, 8)], [0x81, 0xfe, 0, 200, 0, 0, 0, 0]);
  assert.deepEqual(frame.subarray(8), payload);
});
