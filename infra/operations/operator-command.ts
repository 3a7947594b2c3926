/** The frame of the operator's commands: --help, arguments, errors that say what to do, exit code. Called by their entry files. */
import type { ParseArgsConfig } from 'node:util';
import { ConfigError } from '#platform/config.ts';
import { runCommandLine } from '../command-line.ts';
import type { StackSettings } from '../stack/settings.ts';
import { readSettings } from '../stack/settings.ts';

const exitCodeConfig = 78;

/** What is wrong and why, and what the operator can do about it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly texts: ReadonlyMap<string, string>;
}

export interface OperatorCommand {
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly run: (given: Arguments, settings: StackSettings) => Promise<void>;
}

/** Runs the command and ends the process. */
export async function runOperatorCommand(command: OperatorCommand): Promise<void> {
  process.exit(await runToCode(command));
}

async function runToCode({ help, options, run }: OperatorCommand): Promise<number> {
  try {
    return await runCommandLine({
      help,
      options,
      allowPositionals: true,
      run: async (values, positionals) => {
        await run(toArguments(values, positionals), readSettings());
        return 0;
      },
    });
  } catch (error) {
    if (error instanceof ConfigError) return complain(error.message, exitCodeConfig);
    if (error instanceof OperatorError) return complain(`${error.message}\n${error.advice}`, 1);
    throw error;
  }
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}

function toArguments(values: object, positionals: readonly string[]): Arguments {
  const entries = Object.entries(values);
  return {
    positionals,
    flags: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
    texts: new Map(
      entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    ),
  };
}
