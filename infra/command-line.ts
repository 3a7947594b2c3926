/** How every command of package.json reads its command line: --help, options, one way to say what is wrong with them and one exit code for it. */
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';

/** The arguments can't be used; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Given<Known extends Options> = ReturnType<
  typeof parseArgs<{ options: Known; allowPositionals: boolean }>
>;
/** What was given, or is the default, by option. */
export type CommandLineValues<Known extends Options> = Given<Known>['values'];

export interface CommandLine<Known extends Options> {
  /** Printed for --help. */
  readonly help: string;
  readonly options: Known;
  readonly allowPositionals?: boolean;
  /** Resolves to the exit code. May throw UsageError. */
  readonly run: (values: CommandLineValues<Known>, positionals: readonly string[]) => Promise<number>;
}

const exitCodeUsage = 64;

/** Resolves to the exit code. Rejects with what `run` throws, but for UsageError. */
export async function runCommandLine<const Known extends Options>({
  help,
  options,
  allowPositionals = false,
  run,
}: CommandLine<Known>): Promise<number> {
  try {
    if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
      process.stdout.write(help);
      return 0;
    }
    const { values, positionals } = parse(options, allowPositionals);
    return await run(values, positionals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message} See --help.\n`);
    return exitCodeUsage;
  }
}

function parse<const Known extends Options>(options: Known, allowPositionals: boolean): Given<Known> {
  try {
    return parseArgs({ options, allowPositionals });
  } catch (error) {
    // Node goes on with how to pass an argument that looks like an option.
    const [what] = (error as Error).message.split(/\. (?=To specify|This command)/);
    throw new UsageError(`${what?.replace(/\.$/, '')}.`);
  }
}
