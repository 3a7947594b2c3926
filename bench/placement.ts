/**
 * Which core a process runs on: the server under test has the first for itself, everything else shares the others, the load generator with it. Where
 * `taskset` is missing, or there is one core, the kernel decides. Used by fanout/ and queries/.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

export interface Placement {
  readonly isPinned: boolean;
  /** What to run instead of the command, so that it has its core. */
  toServer(command: Command): Command;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Moves this process, and with it all that it starts, away from the server's core. */
export function leaveServerCore(): Placement {
  const cores = availableParallelism();
  const others = `1-${cores - 1}`;
  const isPinned =
    cores > 1 && spawnSync('taskset', ['-a', '-c', '-p', others, String(process.pid)]).status === 0;
  return {
    isPinned,
    toServer: ({ command, args }) =>
      isPinned ? { command: 'taskset', args: ['-c', '0', command, ...args] } : { command, args },
  };
}
