/** The load generator as the benchmark sees it: starts its process and talks to it. Used by measure-cell.ts. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommandName, Commands, Report } from './commands.ts';

export interface LoadGenerator extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when it can't be done, or when its process has ended. One at a time. */
  ask<Name extends CommandName>(name: Name, input: Commands[Name][0]): Promise<Commands[Name][1]>;
}

/** Its process, without connections. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(fileURLToPath(import.meta.resolve('./process.ts')));
  let pending: PromiseWithResolvers<unknown> | null = null;
  child.on('message', (report: Report) => {
    if ('error' in report) pending?.reject(new Error(report.error));
    else pending?.resolve(report.output);
  });
  child.on('exit', () => pending?.reject(new Error('the load generator ended')));
  return {
    pid: readPid(child),
    ask: async (name, input) => {
      if (child.exitCode !== null) throw new Error('the load generator has ended');
      pending = Promise.withResolvers<unknown>();
      child.send({ name, input });
      return (await pending.promise) as Commands[typeof name][1];
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function readPid({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the load generator could not be started');
  return pid;
}
