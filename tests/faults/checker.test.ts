/** The judge is judged: a clean history passes, and each way to break it is named. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ViolationKind } from './checker.ts';
import { isClean, judge, violationKinds } from './checker.ts';
import type { History, Send } from './history.ts';
import { createHistory } from './history.ts';

const count = 6;

/** Two writers in one conversation, one reader, pages: as it should be. */
function createCleanHistory(): History {
  const history = createHistory();
  for (let seq = 1; seq <= count; seq += 1)
    history.sends.push({
      writer: `w${seq % 2}`,
      conversation: 'c',
      clientMessageId: `m${seq}`,
      text: `text ${seq}`,
      outcome: 'ok',
      seq,
      tries: 1,
    });
  const messages = history.sends.map(({ clientMessageId, text }, index) => ({
    seq: index + 1,
    clientMessageId,
    text,
  }));
  history.final.set('c', messages);
  const eventSeqs = messages.map(({ seq }) => seq + 3);
  history.sights.push({
    reader: 'r',
    conversation: 'c',
    messages: [...messages],
    eventSeqs,
    isComplete: true,
  });
  history.pages.push({ reader: 'p', conversation: 'c', mustHave: 2, lastSeq: 3, pageSeqs: [1, 2, 3] });
  return history;
}

function sendAt(history: History, index: number): Send {
  const send = history.sends[index];
  assert.ok(send !== undefined);
  return send;
}

const breaks: readonly (readonly [string, ViolationKind, (history: History) => void])[] = [
  [
    'an acknowledged message is not in history',
    'lost',
    (h) => h.final.set('c', h.final.get('c')?.slice(0, -1) ?? []),
  ],
  ['a reader has a hole', 'lost', (h) => h.sights[0]?.eventSeqs.splice(2, 1)],
  ['a reader gets an event twice', 'duplicated', (h) => h.sights[0]?.eventSeqs.splice(2, 0, 5)],
  [
    'a message is in history twice',
    'duplicated',
    (h) => h.final.set('c', [...(h.final.get('c') ?? []), { seq: 7, clientMessageId: 'm1', text: 'text 1' }]),
  ],
  [
    'nobody sent it',
    'phantom',
    (h) => h.final.set('c', [...(h.final.get('c') ?? []), { seq: 7, clientMessageId: 'x', text: 'x' }]),
  ],
  [
    'it was refused and is there',
    'phantom',
    (h) => {
      sendAt(h, 1).outcome = 'refused';
    },
  ],
  [
    'history has a hole in its numbers',
    'reordered',
    (h) =>
      h.final.set(
        'c',
        (h.final.get('c') ?? []).filter(({ seq }) => seq !== 2),
      ),
  ],
  ['a writer is out of order', 'reordered', (h) => void h.sends.reverse()],
  [
    'an answer names another number',
    'diverged',
    (h) => {
      sendAt(h, 1).seq = 1;
    },
  ],
  [
    'a reader sees another message under a number',
    'diverged',
    (h) => h.sights[0]?.messages.splice(1, 1, { seq: 2, clientMessageId: 'm3', text: 'text 3' }),
  ],
  [
    'a page lacks what was stored',
    'stale',
    (h) => void h.pages.push({ reader: 'p', conversation: 'c', mustHave: 4, lastSeq: 3, pageSeqs: [3] }),
  ],
  ['an outsider sees something', 'leaked', (h) => void h.leaks.push({ who: 'mallory', what: 'm1' })],
  ['a reader stays behind', 'stuck', (h) => void h.sights[0]?.messages.splice(-2)],
  ['something does not come to rest', 'stuck', (h) => void h.stuck.push('a send')],
  ['a repeat is answered with another id', 'contradictory', (h) => void h.contradictions.push('m1')],
];

test('a clean history is clean', () => {
  const verdict = judge(createCleanHistory());
  assert.deepEqual(verdict.examples, []);
  assert.ok(isClean(verdict));
  assert.equal(verdict.acknowledged, count);
  assert.equal(verdict.delivered, count);
});

for (const [what, kind, plant] of breaks) {
  test(`${what}: ${kind}`, () => {
    const history = createCleanHistory();
    plant(history);
    const verdict = judge(history);
    assert.ok(verdict.counts[kind] > 0, JSON.stringify(verdict.counts));
    assert.equal(isClean(verdict), false);
  });
}

test('every kind of violation is shown to be found', () => {
  assert.deepEqual(new Set(breaks.map(([, kind]) => kind)), new Set(violationKinds));
});

test('what is not known may be there or not', () => {
  for (const isThere of [true, false]) {
    const history = createCleanHistory();
    const last = sendAt(history, count - 1);
    last.outcome = 'unknown';
    last.seq = null;
    if (!isThere) {
      history.final.set('c', history.final.get('c')?.slice(0, -1) ?? []);
      history.sights[0]?.messages.pop();
      history.sights[0]?.eventSeqs.pop();
    }
    assert.deepEqual(judge(history).examples, []);
  }
});
