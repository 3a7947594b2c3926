/** Handles, display names and bios: what is kept of them and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBio, parseDisplayName, parseHandle } from './profile-rules.ts';

const isRefused = (parsed: object) => 'refusal' in parsed;

test('a handle is kept in lower case', () => {
  assert.deepEqual(parseHandle('Alice_99'), { value: 'alice_99' });
});

test('what is no handle is refused', () => {
  for (const text of [
    '',
    'al',
    'a'.repeat(31),
    'alice!',
    'a lice',
    'älice',
    'alice\n',
    '__proto__.x',
    'a\0bc',
  ]) {
    assert.ok(isRefused(parseHandle(text)), JSON.stringify(text));
  }
});

test('a display name loses the space around it and keeps emoji', () => {
  assert.deepEqual(parseDisplayName('  Ada 👩‍💻 '), { value: 'Ada 👩‍💻' });
  assert.deepEqual(parseDisplayName('x'.repeat(64)), { value: 'x'.repeat(64) });
});

test('a display name that is empty, long, invisible or turns the text around it is refused', () => {
  for (const text of [
    '',
    '   ',
    'x'.repeat(65),
    'a\nb',
    'a\0b',
    '\u200b\u200d',
    'a\u202eb',
    '\ud800x',
    'x'.repeat(1_000_000),
  ]) {
    assert.ok(isRefused(parseDisplayName(text)), JSON.stringify(text.slice(0, 20)));
  }
});

test('a bio may have lines, but no other control characters', () => {
  assert.deepEqual(parseBio('one\r\ntwo '), { value: 'one\ntwo' });
  for (const text of ['a\0b', 'a\u001bb', 'x'.repeat(501)]) assert.ok(isRefused(parseBio(text)));
});
