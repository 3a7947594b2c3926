/** Manifests on disk: several together, changed while they are followed, and files that can't be used at the start and later. */
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { ConfigError } from '#platform/config.ts';
import type { TrustedDocuments } from './trusted-documents.ts';
import { createTrustedDocuments } from './trusted-documents.ts';

const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
after(() => rmSync(folder, { recursive: true }));

const waitMs = 10_000;

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(`${path}.new`, typeof content === 'string' ? content : JSON.stringify(content));
  renameSync(`${path}.new`, path);
  return path;
}

function follow(paths: readonly string[]) {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  return { lines, documents: createTrustedDocuments({ paths, logger }) };
}

function replaced(documents: TrustedDocuments): Promise<void> {
  return new Promise((resolve, reject) => {
    const overdue = setTimeout(() => reject(new Error('the change was not seen')), waitMs);
    documents.onReplaced(() => {
      clearTimeout(overdue);
      resolve();
    });
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('several files are one list; a changed one is taken over, a bad one is not', async () => {
  const one = write('one.json', { a: '{ a }' });
  const two = write('two.json', { b: '{ b }', a: '{ a }' });
  const { documents: starting, lines } = follow([one, two]);
  using documents = await starting;
  assert.deepEqual(documents.all(), [
    { id: 'a', text: '{ a }' },
    { id: 'b', text: '{ b }' },
  ]);

  const change = replaced(documents);
  write('one.json', { c: '{ c }' });
  await change;
  assert.deepEqual(
    [documents.find('c'), documents.find('a'), documents.find('b')],
    ['{ c }', '{ a }', '{ b }'],
  );

  for (const bad of ['{ "c": "{ secret }"', { b: '{ secret }' }, { c: 7 }]) {
    const before = lines.length;
    write('one.json', bad);
    await until(() => lines.length > before);
    assert.match(lines.at(-1) ?? '', /the old one stays/);
    assert.deepEqual([documents.find('c'), documents.find('b')], ['{ c }', '{ b }']);
  }
  assert.doesNotMatch(lines.join(''), /secret/);

  const repaired = replaced(documents);
  write('one.json', { d: '{ d }' });
  await repaired;
  assert.deepEqual(
    [documents.find('d'), documents.find('c'), documents.has('{ c }')],
    ['{ d }', undefined, false],
  );
});

test('a document may get another text under its id in two files, one after the other', async () => {
  const paths = [write('first.json', { a: '{ old }' }), write('second.json', { a: '{ old }' })];
  const { documents: starting, lines } = follow(paths);
  using documents = await starting;
  write('first.json', { a: '{ new }' });
  await until(() => lines.length > 0);
  assert.equal(documents.find('a'), '{ old }');
  const change = replaced(documents);
  write('second.json', { a: '{ new }' });
  await change;
  assert.equal(documents.find('a'), '{ new }');
});

test('the start fails with the name of a file that can not be used', async () => {
  const bad: [string[], RegExp][] = [
    [[join(folder, 'missing.json')], /missing\.json: .*no such file/],
    [[write('bad.json', '[]')], /bad\.json: it is not a JSON object/],
    [
      [write('x.json', { a: '{ x }' }), write('y.json', { a: '{ y }' })],
      /y\.json: two documents have the id "a"/,
    ],
  ];
  for (const [paths, message] of bad) {
    await assert.rejects(follow(paths).documents, (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /TRUSTED_DOCUMENTS_PATHS/);
      assert.match(error.message, message);
      return true;
    });
  }
});
