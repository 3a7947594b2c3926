/** The frame of start, status and reset: --help, settings, exit code. Called by their entry files. */
import { ConfigError } from '#platform/config.ts';
import type { StackSettings } from './settings.ts';
import { readSettings } from './settings.ts';

const exitCodeConfig = 78;
const exitCodeUsage = 64;

export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly details: readonly string[];
  /** Returns the exit code. */
  readonly run: (settings: StackSettings) => Promise<number>;
}

/** Runs the command and ends the process. */
export async function runCommand(command: Command): Promise<void> {
  // A terminal that was closed is no reason to leave a stack behind half stopped.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
  process.exit(await runToCode(command));
}

async function runToCode(command: Command): Promise<number> {
  const [first] = process.argv.slice(2);
  if (first === '--help' || first === '-h') {
    process.stdout.write(`${[command.usage, '', command.summary, ...command.details].join('\n')}\n`);
    return 0;
  }
  if (first !== undefined) {
    process.stderr.write(`Unknown argument ${first}. See ${command.usage} -- --help.\n`);
    return exitCodeUsage;
  }
  try {
    return await command.run(readSettings());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodeConfig;
  }
}
