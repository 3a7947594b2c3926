/** The frame of start, status and reset: --help, settings, exit code. Called by their entry files. */
import { ConfigError } from '#platform/config.ts';
import { runCommandLine } from '../command-line.ts';
import type { StackSettings } from './settings.ts';
import { readSettings } from './settings.ts';

const exitCodeConfig = 78;

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

async function runToCode({ usage, summary, details, run }: Command): Promise<number> {
  try {
    return await runCommandLine({
      help: `${[usage, '', summary, ...details].join('\n')}\n`,
      options: {},
      run: () => run(readSettings()),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodeConfig;
  }
}
