/**
 * Keeps processes running: starts them in groups of their own (Ctrl+C reaches only the runner), files their output,
 * restarts them with back-off, stops them in reverse order. Used by stack.ts and by the test harness.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRunDirectory } from './run-directory.ts';
import type { SupervisedProgram } from './supervised-program.ts';
import { superviseProgram } from './supervised-program.ts';

/** What to run, and how to tell that it works. */
export interface Program {
  readonly name: string;
  /** Higher tiers stand on lower ones and are stopped first. */
  readonly tier: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Another user to run as; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly container?: string;
  /** The ports it will listen on, by the variable that changes each. They must be free before every start: else a stranger's answer would pass for ours. */
  readonly ports: ReadonlyMap<string, number>;
  /** Asked again and again until it says true. */
  readonly isReady: () => Promise<boolean>;
  /** The text for the terminal when a line of output deserves it, else null. */
  readonly toNotice: (line: string) => string | null;
  /** Runs before every start. */
  readonly prepare?: () => Promise<void>;
  /** Runs after every end. */
  readonly onExit?: () => void;
}

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
