/** What a Cache-Control header allows: nothing that it does not say clearly. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { notPublic, readCachePolicy, strictestPolicy } from './cache-policy.ts';

const publicFor = (maxAgeSeconds: number) => ({ isPublic: true, maxAgeSeconds });

test('public with an age, in any order, case and company', () => {
  for (const header of [
    'public, max-age=60',
    'max-age=60, public',
    'Max-Age=60 ,\tPUBLIC',
    ',public,,max-age=60,',
    'public, max-age=60, must-revalidate, stale-while-revalidate=30, ext="a, b"',
    'public, max-age=60, max-age=60',
  ])
    assert.deepEqual(readCachePolicy(header), publicFor(60), header);
  assert.deepEqual(readCachePolicy(['public', 'max-age=5']), publicFor(5));
  assert.deepEqual(readCachePolicy('public, max-age=60, s-maxage=10'), publicFor(10));
  assert.deepEqual(readCachePolicy('public, max-age=99999999999999999999'), publicFor(2 ** 31 - 1));
});

test('anything less is for the viewer only', () => {
  for (const header of [
    undefined,
    '',
    [],
    'public',
    'max-age=60',
    's-maxage=60, public',
    'public, max-age=0',
    'public, max-age=60, s-maxage=0',
    'public, max-age=-1',
    'public, max-age=1.5',
    'public, max-age=1e3',
    'public, max-age="60"',
    'public, max-age=',
    'public, max-age',
    'public, max-age = 60',
    'public, max-age=60, max-age=30',
    'public, max-age=60, s-maxage=x',
    'public=yes, max-age=60',
    '"public, max-age=60"',
    'public, max-age=60; private',
    'public max-age=60',
    'ext="public, max-age=60"',
    'public, max-age=60, ext="open',
    ['public, max-age=60', 'private'],
  ])
    assert.deepEqual(readCachePolicy(header), notPublic, String(header));
});

test('one word against it wins, wherever it stands', () => {
  const refusals = fc.constantFrom('private', 'no-store', 'no-cache', 'Private="x-id"', 'NO-CACHE="a, b"');
  const others = fc.constantFrom('public', 'max-age=60', 's-maxage=60', 'immutable', 'no-transform', 'x="y"');
  fc.assert(
    fc.property(refusals, fc.array(others), fc.array(others), (refusal, before, behind) => {
      const header = ['public', 'max-age=60', ...before, refusal, ...behind].join(', ');
      assert.deepEqual(readCachePolicy(header), notPublic);
    }),
  );
});

test('no header breaks it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'public,max-age=60" \\\t;') }), (header) => {
      assert.equal(typeof readCachePolicy(header).isPublic, 'boolean');
    }),
  );
});

test('what is made of several answers is as public as the least of them', () => {
  assert.deepEqual(strictestPolicy([publicFor(60), publicFor(7)]), publicFor(7));
  assert.deepEqual(strictestPolicy([publicFor(60), notPublic]), notPublic);
});
