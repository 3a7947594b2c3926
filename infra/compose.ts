/**
 * `npm run compose`: the subgraphs named in schema/supergraph.yaml -> schema/supergraph.graphql, what the gateway runs on, and schema/api.graphql, what
 * clients see of it. Composed in process. `--check` writes nothing and fails when the files differ.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { runCommandLine } from './command-line.ts';

const root = join(import.meta.dirname, '..');
const supergraphConfig = z.object({
  subgraphs: z.record(
    z.string(),
    z.object({ routing_url: z.string(), schema: z.object({ file: z.string() }) }),
  ),
});

export interface Composition {
  /** Path below the repository -> content. */
  readonly files: ReadonlyMap<string, string>;
  readonly hints: readonly string[];
}

/** What does not compose, for people. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
}

/** Composes what schema/supergraph.yaml names; throws CompositionError. */
export async function composeSupergraph(): Promise<Composition> {
  const configPath = join(root, 'schema/supergraph.yaml');
  const { subgraphs } = supergraphConfig.parse(parseYaml(await readFile(configPath, 'utf8')));
  const services = await Promise.all(
    Object.entries(subgraphs).map(async ([name, { routing_url: url, schema }]) => {
      const sdl = await readFile(resolve(dirname(configPath), schema.file), 'utf8');
      return { name, url, typeDefs: parse(sdl) };
    }),
  );
  const result = composeServices(services);
  if (result.errors !== undefined) {
    throw new CompositionError(result.errors.map(({ message }) => message).join('\n'));
  }
  const files = new Map([
    ['schema/supergraph.graphql', `${result.supergraphSdl.trimEnd()}\n`],
    ['schema/api.graphql', printApi(result.supergraphSdl)],
  ]);
  return { files, hints: (result.hints ?? []).map((hint) => `${hint.definition.code}: ${hint.message}`) };
}

function printApi(supergraphSdl: string): string {
  const api = Supergraph.build(supergraphSdl).apiSchema();
  return `${printSchema(lexicographicSortSchema(api.toGraphQLJSSchema())).trimEnd()}\n`;
}

/** Paths whose content on disk is not what was generated. */
export async function findDifferences(files: ReadonlyMap<string, string>): Promise<string[]> {
  const checked = await Promise.all(
    [...files].map(async ([path, content]) => {
      const current = await readFile(join(root, path), 'utf8').catch(() => null);
      return current === content ? [] : [path];
    }),
  );
  return checked.flat();
}

/** Writes only what differs, so that a gateway that follows the file is not woken for nothing; returns what it wrote. */
export async function writeFiles(files: ReadonlyMap<string, string>): Promise<string[]> {
  const different = await findDifferences(files);
  await Promise.all(different.map((path) => writeFile(join(root, path), files.get(path) ?? '')));
  return different;
}

async function main(isCheck: boolean): Promise<number> {
  try {
    const { files, hints } = await composeSupergraph();
    for (const hint of hints) console.log(`hint   ${hint}`);
    const different = isCheck ? await findDifferences(files) : await writeFiles(files);
    for (const path of different)
      console.log(isCheck ? `differs ${path}: run npm run compose` : `wrote  ${path}`);
    if (different.length === 0) console.log('The supergraph is up to date.');
    return isCheck && different.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error;
    console.error(`The subgraphs do not compose:\n${error.message}`);
    return 1;
  }
}

const help = `Usage: npm run compose [-- --check]

Composes the subgraph schemas of schema/ to schema/supergraph.graphql.

  --check  write nothing; the exit code is 1 when a file differs from what would be written
`;

if (import.meta.main) {
  process.exitCode = await runCommandLine({
    help,
    options: { check: { type: 'boolean', default: false } },
    run: ({ check }) => main(check),
  });
}
