/** The linters bite: each forbidden import and each forbidden construct is planted in a scratch tree and must be reported. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

/** Rule of dependency-cruiser -> the files that break it. */
const boundaries: Record<string, Record<string, string>> = {
  'no-cycle': { 'gateway/a.ts': "import './b.ts';", 'gateway/b.ts': "import './a.ts';" },
  'no-orphan': { 'gateway/alone.ts': 'export const alone = 1;' },
  'schema-is-a-leaf': { 'schema/x.ts': "import '../platform/y.ts';", 'platform/y.ts': 'export {};' },
  'platform-knows-no-business': {
    'platform/x.ts': "import '../gateway/y.ts';",
    'gateway/y.ts': 'export {};',
  },
  'gateway-only-over-the-wire': {
    'gateway/x.ts': "import '../subgraphs/chat/y.ts';",
    'subgraphs/chat/y.ts': 'export {};',
  },
  'subgraphs-are-islands': {
    'subgraphs/auth/x.ts': "import '../chat/y.ts';",
    'subgraphs/chat/y.ts': 'export {};',
  },
  'subscriptions-can-leave': {
    'gateway/subscriptions/x.ts': "import '../y.ts';",
    'gateway/y.ts': 'export {};',
  },
  'clients-stand-alone': {
    'clients/examples/x.ts': "import '../../schema/y.ts';",
    'schema/y.ts': 'export {};',
  },
  'resumable-needs-nothing': { 'clients/resumable/x.ts': "import 'graphql-ws';" },
  'resolvers-do-not-touch-the-database': { 'subgraphs/auth/resolvers/x.ts': "import 'pg';" },
  'one-kafka-door': { 'gateway/x.ts': "import 'kafkajs';" },
  'one-database-door': { 'gateway/x.ts': "import '@mikro-orm/core';" },
  'production-not-tests': { 'gateway/x.ts': "import '../tests/y.ts';", 'tests/y.ts': 'export {};' },
  'no-dumping-ground': { 'gateway/x.ts': "import './utils.ts';", 'gateway/utils.ts': 'export {};' },
};

/** Rule of Biome -> a line that breaks it. */
const constructs: Record<string, string> = {
  noDefaultExport: 'export default 1;',
  noProcessEnv: 'export const home = process.env.HOME;',
  noEnum: 'export enum Colour { Red }',
  noNonNullAssertion: 'export const first = (list: number[]) => list[0]!.toFixed();',
  noConsole: "console.log('x');",
  noExplicitAny: 'export const anything: any = 1;',
  noEmptyBlockStatements: 'try { JSON.parse("x"); } catch {}',
  useMaxParams:
    'export function add(a: number, b: number, c: number, d: number): number { return a + b + c + d; }',
  noFloatingPromises: 'async function later(): Promise<void> { await null; }\nlater();',
  useThrowOnlyError: "export function fail(): never { throw 'x'; }",
};

function plant(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'linters-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  for (const file of ['.dependency-cruiser.cjs', 'biome.json', 'tsconfig.json', 'package.json'])
    cpSync(file, join(folder, file));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

function run(folder: string, program: string, args: readonly string[]): string {
  const result = spawnSync(resolve('node_modules/.bin', program), args, { cwd: folder, encoding: 'utf8' });
  return result.stdout + result.stderr;
}

test('every boundary rule reports what breaks it', () => {
  for (const [rule, files] of Object.entries(boundaries)) {
    const folder = plant(files);
    try {
      const output = run(folder, 'depcruise', [
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'json',
        '.',
      ]);
      const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string } }[] } };
      const broken = summary.violations.map((violation) => violation.rule.name);
      assert.ok(broken.includes(rule), `${rule} was not reported, only: ${broken.join(' ') || 'nothing'}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});

test('every lint rule reports what breaks it', () => {
  const folder = plant(
    Object.fromEntries(
      Object.entries(constructs).map(([rule, line]) => [`gateway/${rule.toLowerCase()}.ts`, line]),
    ),
  );
  try {
    spawnSync('git', ['init', '-q'], { cwd: folder });
    const output = run(folder, 'biome', ['lint', '--max-diagnostics=200', 'gateway']);
    const silent = Object.keys(constructs).filter(
      (rule) => !new RegExp(`${rule.toLowerCase()}\\.ts.*${rule}`).test(output),
    );
    assert.deepEqual(silent, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
