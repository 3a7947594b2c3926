/** What a live buffer holds on to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ChatEvent } from '#schema/generated/events.ts';
import { LiveBuffer } from './live-buffer.ts';

const nobody = { takeAtOnce: () => false, noteClosed: () => undefined };

test('an arrival that was taken is let go of, also when the buffer is never empty', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const buffer = new LiveBuffer({ eventsMax: 4, bytesMax: 1_000 }, nobody);
  const offer = (logSeq: number) => {
    const event = ChatEvent.fromPartial({ logSeq });
    buffer.offer({ event, bytes: 1, seen: new Map() });
    return new WeakRef(event);
  };
  const first = offer(1);
  for (let logSeq = 2; logSeq <= 100; logSeq += 1) {
    offer(logSeq);
    assert.equal(buffer.take()?.event.logSeq, logSeq - 1);
  }
  await turn();
  collectGarbage();
  assert.equal(first.deref(), undefined);
  assert.equal(buffer.take()?.event.logSeq, 100);
  assert.equal(buffer.take(), null);
});
