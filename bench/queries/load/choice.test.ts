/** The mix stays as miss-heavy as it is, and every peer is asked the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseScenes } from '../scenes.ts';
import { createChoice } from './choice.ts';

function chooseFrom(name: string, { seed, count }: { seed: number; count: number }): string[] {
  const [scene] = parseScenes(name);
  assert.ok(scene !== undefined);
  const requests = scene.operations.map((operation, n) => ({
    path: '/graphql',
    body: JSON.stringify(operation),
    answerBytes: n,
  }));
  const choose = createChoice({ port: 1, connections: 1, requests, seed, isMissHeavy: scene.isMissHeavy });
  return Array.from({ length: count }, () => choose().bytes.toString());
}

test('about half of the requests of the mix are new, at its beginning and when it goes on for long', () => {
  const chosen = chooseFrom('mix', { seed: 1, count: 8_000 });
  const isNew = chosen.map((text, n) => chosen.indexOf(text) === n);
  for (const part of [isNew.slice(0, 1_000), isNew.slice(-1_000)]) {
    const share = part.filter(Boolean).length / part.length;
    assert.ok(share > 0.45 && share < 0.55, `${share} are new`);
  }
});

test('a measurement of the mix has no operation of another one and the same for the same seed', () => {
  const first = chooseFrom('mix', { seed: 1, count: 3_000 });
  const second = new Set(chooseFrom('mix', { seed: 2, count: 3_000 }));
  assert.deepEqual(
    first.filter((text) => second.has(text)),
    [],
  );
  assert.deepEqual(chooseFrom('mix', { seed: 1, count: 3_000 }), first);
});

test('the other scenes have one operation, of many conversations', () => {
  const chosen = chooseFrom('three-fetches', { seed: 1, count: 100 });
  assert.ok(new Set(chosen).size > 50);
  const texts = chosen.map((text) => text.slice(text.indexOf('{'), text.indexOf('"variables"')));
  assert.equal(new Set(texts).size, 1);
});
