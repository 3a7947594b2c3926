/** The frame of the operator's commands: --help, arguments, errors that say what to do, exit code. Called by their entry files. */
import type { ParseArgsConfig } from 'node:util';
import { parseArgs } from 'node:util';
import { ConfigError } from '#platform/config.ts';
import type { StackSettings } from '../stack/settings.ts';
import { readSettings } from '../stack/settings.ts';

const exitCodeConfig = 78;
const exitCodeUsage = 64;

/** What is wrong and why, and what the operator can do about it. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

/** The command can't be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
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
    const given = readArguments(options);
    if (given.flags.has('help')) process.stdout.write(help);
    else await run(given, readSettings());
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) return complain(error.message, exitCodeConfig);
    if (error instanceof UsageError) return complain(`${error.message} See --help.`, exitCodeUsage);
    if (error instanceof OperatorError) return complain(`${error.message}\n${error.advice}`, 1);
    throw error;
  }
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}

function readArguments(options: OperatorCommand['options']): Arguments {
  const all = { ...options, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({ options: all, allowPositionals: true });
    const entries = Object.entries(values);
    return {
      positionals,
      flags: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
      texts: new Map(
        entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
      ),
    };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`);
  }
}
