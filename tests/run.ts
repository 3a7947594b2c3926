/**
 * `npm test`: unit tests first, then everything in tests/ on one embedded stack (real Postgres, real Kafka) that starts before and ends after them.
 * Each test file of the second part makes its own databases and topic prefix. Closes with one line, `N passed, N failed`.
 */
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import { startTestStack } from './harness/stack.ts';

const help = `Usage: npm test [-- --only <text>] [-- --unit]

  --only <text>  run only the test files whose path contains the text
  --unit         run only the unit tests, without Postgres and Kafka
`;

/** Tests of the repository, of the simulated world, against what others publish, and of planned queries. */
const withoutStack = /^tests\/(repo|simulation|conformance|federation|differential)\//;
const fileTimeoutMs = 8 * 60_000;
const parallelFiles = 2;

interface Count {
  passed: number;
  failed: number;
}

/** Runs the files, two at a time, and prints them as they go. */
async function runFiles(files: readonly string[], count: Count): Promise<void> {
  if (files.length === 0) return;
  const events = run({ files: [...files], concurrency: parallelFiles, timeout: fileTimeoutMs });
  events.on('test:pass', (event) => {
    if (event.details.type !== 'suite') count.passed += 1;
  });
  events.on('test:fail', (event) => {
    if (event.details.type !== 'suite') count.failed += 1;
  });
  for await (const text of events.compose(spec)) process.stdout.write(String(text));
}

function findFiles(only: string | undefined): { unit: string[]; stack: string[] } {
  const listed = globSync(
    '{schema,platform,gateway,subgraphs,infra,clients,tests,bench}/**/*.test.ts',
  ).sort();
  const chosen = listed.filter((file) => only === undefined || file.includes(only));
  const needsStack = (file: string) => file.startsWith('tests/') && !withoutStack.test(file);
  return { unit: chosen.filter((file) => !needsStack(file)), stack: chosen.filter(needsStack) };
}

async function runTests(only: string | undefined, isUnit: boolean): Promise<number> {
  const startedAt = performance.now();
  const { unit, stack } = findFiles(only);
  if (unit.length + stack.length === 0) throw new UsageError(`No test file has ${only} in its path.`);
  const count: Count = { passed: 0, failed: 0 };
  await runFiles(unit, count);
  if (!isUnit && stack.length > 0) {
    await using testStack = await startTestStack({ print: (line) => console.log(line) });
    Object.assign(process.env, testStack.variables);
    await runFiles(stack, count);
    if (count.failed > 0) testStack.keepFolder();
    if (count.failed > 0) console.log(`logs of the processes: ${testStack.folder}`);
  }
  console.log(`took ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0 && count.passed > 0 ? 0 : 1;
}

process.exitCode = await runCommandLine({
  help,
  options: { only: { type: 'string' }, unit: { type: 'boolean', default: false } },
  run: ({ only, unit }) => runTests(only, unit),
});
