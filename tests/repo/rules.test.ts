/** The rules of docs/style.md that no linter can express, over the files git tracks or would track. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import type { DefinitionNode } from 'graphql';
import { Kind, parse } from 'graphql';
import { closeCodes, errorCodes, mutationErrorCodes } from '#schema/errors.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.startsWith('schema/generated/'));
const read = (file: string) => readFileSync(file, 'utf8');

/** The files for which the check says something; the list must be empty. */
function offenders(list: readonly string[], check: (text: string, file: string) => boolean): string[] {
  return list.filter((file) => check(read(file), file));
}

test('every file opens with a comment that says where it stands', () => {
  assert.deepEqual(
    offenders(sources, (text) => !/^(#!.*\n)?\/\*\* ?\S|^\/\*\*\n \* \S/.test(text)),
    [],
  );
});

test('an entry file is at most 25 lines', () => {
  const entries = sources.filter((file) => basename(file) === 'main.ts');
  assert.ok(entries.length >= 5);
  assert.deepEqual(
    offenders(entries, (text) => text.trimEnd().split('\n').length > 25),
    [],
  );
});

test('no check is silenced and no marker is left behind', () => {
  const silenced = new RegExp(
    ['biome', 'ignore|@ts', 'ignore|@ts', 'expect-error|@ts', 'nocheck|eslint', 'disable'].join('-'),
  );
  const marker = new RegExp(
    `\\b(${['TO', 'FIX', 'X'].map((start) => start + { TO: 'DO', FIX: 'ME', X: 'XX' }[start]).join('|')})\\b`,
  );
  assert.deepEqual(
    offenders(sources, (text) => silenced.test(text) || marker.test(text)),
    [],
  );
});

test('no test is skipped or focused', () => {
  const tests = sources.filter((file) => file.endsWith('.test.ts') && !file.startsWith('tests/repo/'));
  assert.deepEqual(
    offenders(tests, (text) => /\b(it|test|describe)\.(skip|only|todo)\b|\bskip: /.test(text)),
    [],
  );
});

test('only platform/service.ts ends a process of the product', () => {
  const product = sources.filter(
    (file) => /^(gateway|subgraphs|platform|schema)\//.test(file) && file !== 'platform/service.ts',
  );
  assert.deepEqual(
    offenders(product, (text) => text.includes('process.exit')),
    [],
  );
});

test('every root field has a file of its name', () => {
  for (const subgraph of ['auth', 'chat', 'storage']) {
    const missing = rootFields(read(`schema/${subgraph}.graphql`))
      .map(([type, field]) => `subgraphs/${subgraph}/resolvers/${type}/${field}.ts`)
      .filter((file) => !existsSync(file));
    assert.deepEqual(missing, []);
  }
});

test('every type, field, argument and enum value of the schema has a description', () => {
  for (const subgraph of ['auth', 'chat', 'storage']) {
    assert.deepEqual(undescribed(parse(read(`schema/${subgraph}.graphql`)).definitions), [], subgraph);
  }
});

test('docs/errors.md explains every code, and none that does not exist', () => {
  const explained = new Set([...read('docs/errors.md').matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]));
  const existing = [
    ...errorCodes,
    ...Object.values(mutationErrorCodes),
    ...Object.values(closeCodes).map(String),
  ];
  assert.deepEqual([...explained].sort(), [...new Set(existing)].sort());
});

test('README.md is at most 150 lines', () => {
  assert.ok(read('README.md').trimEnd().split('\n').length <= 150);
});

test('nothing names a dumping ground', () => {
  const banned = /^(utils?|helpers?|common|misc|shared|index)\.tsx?$/;
  assert.deepEqual(
    sources.filter((file) => banned.test(basename(file))),
    [],
  );
});

function rootFields(sdl: string): [string, string][] {
  return parse(sdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
    const type = definition.name.value;
    const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type);
    return isRoot ? (definition.fields ?? []).map((field): [string, string] => [type, field.name.value]) : [];
  });
}

function undescribed(definitions: readonly DefinitionNode[]): string[] {
  const missing: string[] = [];
  const root = new Set(['Query', 'Mutation', 'Subscription']);
  const look = (node: { description?: unknown; name: { value: string } }, owner = '') => {
    if (node.description === undefined) missing.push(`${owner}${node.name.value}`);
  };
  for (const definition of definitions) {
    if (
      !('name' in definition) ||
      definition.name === undefined ||
      definition.kind === Kind.OPERATION_DEFINITION
    )
      continue;
    const { value } = definition.name;
    if (!root.has(value)) look({ ...definition, name: definition.name });
    if (definition.kind === Kind.ENUM_TYPE_DEFINITION)
      for (const one of definition.values ?? []) look(one, `${value}.`);
    if ('fields' in definition) {
      for (const field of definition.fields ?? []) {
        look(field, `${value}.`);
        if (field.kind === Kind.FIELD_DEFINITION)
          for (const one of field.arguments ?? []) look(one, `${value}.${field.name.value}.`);
      }
    }
  }
  return missing;
}
