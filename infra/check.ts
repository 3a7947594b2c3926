/**
 * `npm run check`: everything that can be said of the code without running it, in parallel, in under a minute: format and lint (Biome), types (tsc),
 * boundaries (dependency-cruiser), dead code (knip), generated code up to date, protobuf lint, and the repository's own rules (tests/repo).
 */
import { spawn } from 'node:child_process';
import { runCommandLine } from './command-line.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

interface Verdict extends Check {
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

const parallelMax = 2;
const sources = ['schema', 'platform', 'gateway', 'subgraphs', 'infra', 'clients', 'tests', 'codegen.ts'];
const checks: readonly Check[] = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'lint', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'generated', command: [process.execPath, 'infra/codegen.ts', '--check'] },
  { name: 'boundaries', command: ['depcruise', '--config', '.dependency-cruiser.cjs', ...sources] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
  { name: 'protobuf', command: ['buf', 'lint', 'schema'] },
  { name: 'repository', command: [process.execPath, '--test', 'tests/repo/*.test.ts'] },
];

function run(check: Check): Promise<Verdict> {
  const started = performance.now();
  const [program = '', ...args] = check.command;
  const environment = { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    const end = (ok: boolean, text = '') => {
      const seconds = (performance.now() - started) / 1000;
      resolve({ ...check, ok, seconds, output: Buffer.concat(output).toString('utf8') + text });
    };
    child.once('error', (error) => end(false, error.message));
    child.once('close', (code) => end(code === 0));
  });
}

function report(verdict: Verdict): void {
  console.log(
    `${verdict.ok ? 'ok    ' : 'FAILED'}  ${verdict.name.padEnd(12)} ${verdict.seconds.toFixed(1)} s`,
  );
  if (!verdict.ok) console.log(`\n$ ${verdict.command.join(' ')}\n${verdict.output.trim()}\n`);
}

async function runChecks(): Promise<number> {
  const started = performance.now();
  const queue = [...checks];
  const verdicts: Verdict[] = [];
  const worker = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const verdict = await run(check);
      report(verdict);
      verdicts.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: parallelMax }, worker));
  const failed = verdicts.filter((verdict) => !verdict.ok);
  console.log(
    `${verdicts.length - failed.length} checks passed, ${failed.length} failed in ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  return failed.length === 0 ? 0 : 1;
}

const help = `Usage: npm run check

Runs all checks, two at a time: ${checks.map(({ name }) => name).join(', ')}. The exit code is 1 when one fails.
`;

process.exitCode = await runCommandLine({ help, options: {}, run: runChecks });
