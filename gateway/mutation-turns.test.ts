/** The order of a socket's mutations, and how long one waits for its turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createMutationTurns } from './mutation-turns.ts';

test('one after another, in order, also after one that failed', async () => {
  const turns = createMutationTurns(1_000);
  const done: number[] = [];
  const take = (index: number, ms: number) =>
    turns.take(async () => {
      await delay(ms);
      if (index === 1) throw new Error('one');
      done.push(index);
      return index;
    });
  const answers = await Promise.allSettled([take(0, 20), take(1, 10), take(2, 0)]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(done, [0, 2]);
});

test('one whose turn comes too late is refused and not run', async () => {
  const turns = createMutationTurns(10);
  let ran = false;
  const slow = turns.take(() => delay(50, 'slow'));
  const late = turns.take(async () => {
    ran = true;
  });
  await assert.rejects(late, { extensions: { code: 'OVERLOADED', retryAfterMs: 1_000 } });
  assert.equal(await slow, 'slow');
  assert.equal(ran, false);
});
