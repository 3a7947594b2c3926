/** The rate and the burst of a socket, on a clock of our own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessageBudget } from './message-budget.ts';

test('a burst passes once, then the rate counts', () => {
  let nowMs = 0;
  const budget = createMessageBudget({ perSecondMax: 20, burst: 50 }, () => nowMs);
  const takeMany = (count: number) =>
    Array.from({ length: count }, () => budget.take()).filter(Boolean).length;
  assert.equal(takeMany(200), 70);
  nowMs += 500;
  assert.equal(takeMany(200), 10);
  nowMs += 60_000;
  assert.equal(takeMany(200), 70);
});
