/** First use, lost reply and reuse of a refresh token. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRefresh } from './refresh-rules.ts';

const nowMs = 1_000_000;
const graceMs = 10_000;
const at = (ms: number) => new Date(ms);
const unused = { usedAt: null, replacedAt: null };
const used = (agoMs: number) => ({ usedAt: at(nowMs - agoMs), replacedAt: null });

test('an unused token rotates', () => {
  assert.equal(judgeRefresh({ token: unused, child: null, nowMs, graceMs }), 'rotate');
});

test('a repeat within the grace replaces a successor that nobody used', () => {
  assert.equal(judgeRefresh({ token: used(10_000), child: { usedAt: null }, nowMs, graceMs }), 'replace');
});

test('a repeat after the grace is reuse', () => {
  assert.equal(judgeRefresh({ token: used(10_001), child: { usedAt: null }, nowMs, graceMs }), 'reuse');
});

test('a repeat after the successor was used is reuse, however soon', () => {
  assert.equal(judgeRefresh({ token: used(1), child: { usedAt: at(nowMs) }, nowMs, graceMs }), 'reuse');
});

test('a token that was given out and replaced is reuse', () => {
  const token = { usedAt: null, replacedAt: at(nowMs - 1) };
  assert.equal(judgeRefresh({ token, child: null, nowMs, graceMs }), 'reuse');
});
