/** Nobody is passed over for ever by those who have more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resumeInTurn } from './resume-in-turn.ts';

test('with room for two at a time, all come in turn, whatever the first would take', () => {
  const resumed: string[] = [];
  let room = 0;
  const operations = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    resume: () => {
      resumed.push(name);
      room -= 1;
    },
  }));
  let next = 0;
  for (let drains = 0; drains < 5; drains += 1) {
    room = 2;
    next = resumeInTurn(operations, next, () => room > 0);
  }
  assert.equal(resumed.join(''), 'abcdeabcde');
  room = 100;
  assert.equal(
    resumeInTurn(operations, 3, () => room > 0),
    0,
  );
  assert.equal(resumed.slice(-5).join(''), 'deabc');
});

test('operations that have ended meanwhile leave no gap', () => {
  const resumed: number[] = [];
  const of = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ resume: () => void resumed.push(n) }));
  assert.equal(
    resumeInTurn(of(0), 3, () => true),
    0,
  );
  assert.equal(
    resumeInTurn(of(2), 4, () => true),
    0,
  );
  assert.deepEqual(resumed, [0, 1]);
  assert.equal(
    resumeInTurn(of(2), 4, () => false),
    0,
  );
});
