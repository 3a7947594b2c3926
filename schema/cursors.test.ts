/** Cursors: what is written is read back, and nothing else is taken for a cursor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatEventCursor, formatInboxCursor, parseEventCursor, parseInboxCursor } from './cursors.ts';
import { createConversationId } from './ids.ts';

const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const epoch = fc.stringMatching(/^[0-9a-f]{12}$/);

test('an event cursor is read back as it was written', () => {
  fc.assert(
    fc.property(epoch, count, (logEpoch, eventSeq) => {
      const position = { logEpoch, conversationId: createConversationId(), eventSeq };
      assert.deepEqual(parseEventCursor(formatEventCursor(position)), position);
    }),
  );
});

test('an inbox cursor is read back without the partitions that stand at 0', () => {
  fc.assert(
    fc.property(epoch, fc.dictionary(fc.stringMatching(/^\d{1,3}$/), count), (logEpoch, seqs) => {
      const logSeqs = new Map(Object.entries(seqs).map(([partition, seq]) => [Number(partition), seq]));
      const read = parseInboxCursor(formatInboxCursor({ logEpoch, logSeqs }));
      const seen = [...logSeqs].filter(([, seq]) => seq > 0).sort(([a], [b]) => a - b);
      assert.deepEqual([...(read?.logSeqs ?? [])], seen);
      assert.equal(read?.logEpoch, logEpoch);
    }),
  );
});

test('an inbox cursor of 24 busy partitions stays under 256 bytes', () => {
  const logSeqs = new Map(Array.from({ length: 24 }, (_, partition) => [partition, 1_000_000_000]));
  assert.ok(formatInboxCursor({ logEpoch: 'abcdef123456', logSeqs }).length < 256);
});

test('garbage, truncated and other cursors are not parsed', () => {
  const cursor = formatEventCursor({
    logEpoch: 'abcdef123456',
    conversationId: createConversationId(),
    eventSeq: 7,
  });
  for (const text of ['', '!', cursor.slice(1), cursor.slice(0, -2), `${cursor}AA`, 'x'.repeat(5000)]) {
    assert.equal(parseEventCursor(text), null, text);
  }
  assert.equal(parseInboxCursor(cursor), null);
  fc.assert(fc.property(fc.base64String(), (text) => parseEventCursor(text) === null));
});
