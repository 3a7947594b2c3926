/**
 * `npm run codegen`: everything that is generated and committed: protobuf messages and gRPC stubs (buf), resolver types (graphql-codegen), the supergraph
 * (compose.ts), docs/config.md. `--check` writes nothing and fails when a file differs from what would be generated.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import config from '../codegen.ts';
import { runCommandLine } from './command-line.ts';
import { CompositionError, composeSupergraph, findDifferences, writeFiles } from './compose.ts';
import { renderConfigPage } from './config-page.ts';

const root = join(import.meta.dirname, '..');

async function generateEverything(): Promise<ReadonlyMap<string, string>> {
  const [protobuf, resolvers, composition] = await Promise.all([
    generateProtobuf(),
    generateResolverTypes(),
    composeSupergraph(),
  ]);
  return new Map([...protobuf, ...resolvers, ...composition.files, ['docs/config.md', renderConfigPage()]]);
}

/** Into a temporary folder, so that `--check` leaves the tree alone. */
async function generateProtobuf(): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'messageme-codegen-'));
  try {
    await run(join(root, 'node_modules/.bin/buf'), [
      'generate',
      'schema',
      '--template',
      'schema/buf.gen.yaml',
      '-o',
      folder,
    ]);
    const generated = 'schema/generated';
    const names = await readdir(join(folder, generated));
    return new Map(
      await Promise.all(
        names.map(async (name) => {
          const path = `${generated}/${name}`;
          return [path, await readFile(join(folder, path), 'utf8')] as const;
        }),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function generateResolverTypes(): Promise<ReadonlyMap<string, string>> {
  const outputs = await generate({ ...config, cwd: root, silent: true, errorsOnly: true }, false);
  return new Map(
    outputs.map(({ filename, content }: { filename: string; content: string }) => [filename, content]),
  );
}

function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
  });
}

async function main(isCheck: boolean): Promise<number> {
  try {
    const files = await generateEverything();
    const different = isCheck ? await findDifferences(files) : await writeFiles(files);
    for (const path of different)
      console.log(isCheck ? `differs ${path}: run npm run codegen` : `wrote  ${path}`);
    if (different.length === 0) console.log(`${files.size} generated files are up to date.`);
    return isCheck && different.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error;
    console.error(`The subgraphs do not compose:\n${error.message}`);
    return 1;
  }
}

const help = `Usage: npm run codegen [-- --check]

Writes everything that is generated and committed: protobuf messages, resolver types, the supergraph, docs/config.md.

  --check  write nothing; the exit code is 1 when a file differs from what would be written
`;

process.exitCode = await runCommandLine({
  help,
  options: { check: { type: 'boolean', default: false } },
  run: ({ check }) => main(check),
});
