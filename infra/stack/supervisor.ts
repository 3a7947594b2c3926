/**
 * Keeps processes running: starts them in groups of their own (Ctrl+C reaches only the runner), files their output,
 * restarts them with back-off, stops them in reverse order. Used by stack.ts and by the test harness.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from './program.ts';
import { createRunDirectory } from './run-directory.ts';
import type { SupervisedProgram } from './supervised-program.ts';
import { superviseProgram } from './supervised-program.ts';

export interface SupervisorOptions {
  /** Where the register of children lives, see run-directory.ts. */
  readonly runRoot: string;
  readonly logDir: string;
  /** Shows every line of every process instead of notices only. */
  readonly verbose: boolean;
  /** Gets one line for the operator. */
  readonly print: (line: string) => void;
}

export interface Supervisor extends AsyncDisposable {
  /** Starts it now and keeps it running; `ready` of the result says when it works. */
  run(program: Program): SupervisedProgram;
  /** Ends everything at once, without asking. */
  killAll(): void;
}

/** A supervisor with its watchdog: when this process dies, the children are ended. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const directory = createRunDirectory(options.runRoot);
  const running: { tier: number; program: SupervisedProgram }[] = [];
  let watchdog = spawnWatchdog(directory);
  let stopped = false;

  function spawnWatchdog(runDirectory: string): ChildProcess {
    const script = fileURLToPath(import.meta.resolve('./watchdog.ts'));
    const child = spawn(process.execPath, [script, runDirectory], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    child.once('exit', () => {
      if (!stopped) watchdog = spawnWatchdog(runDirectory);
    });
    child.stdin?.on('error', () => child.kill());
    child.unref();
    return child;
  }

  return {
    run: (program) => {
      const logFile = join(options.logDir, `${program.name}.log`);
      const { print, verbose } = options;
      const supervised = superviseProgram(program, { directory, logFile, print, verbose });
      running.push({ tier: program.tier, program: supervised });
      return supervised;
    },
    killAll: () => {
      for (const { program } of running) {
        void program.stop();
        program.kill('SIGKILL');
      }
    },
    [Symbol.asyncDispose]: async () => {
      const tiers = [...new Set(running.map(({ tier }) => tier))].sort((a, b) => b - a);
      for (const tier of tiers) {
        const members = running.filter((entry) => entry.tier === tier);
        await Promise.all(members.map(({ program }) => program.stop()));
      }
      stopped = true;
      watchdog.stdin?.end();
    },
  };
}
