/** Cursors of searchUsers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMatchCursor, parseMatchCursor } from './match-cursor.ts';

test('a cursor comes back as its position', () => {
  const position = { rank: 1, handle: 'alice_9' };
  assert.deepEqual(parseMatchCursor(formatMatchCursor(position)), position);
});

test('what is no cursor is null', () => {
  const foreign = ['9:alice', '1:ALICE', '1:al', "1:a' OR 1=1"].map((text) =>
    Buffer.from(text).toString('base64url'),
  );
  for (const text of ['', 'xx', '\0', 'x'.repeat(1_000_000), ...foreign])
    assert.equal(parseMatchCursor(text), null);
});
