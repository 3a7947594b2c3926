/** The load generator as the benchmark sees it: starts its process and talks to it. Used by measure-cell.ts. */
import { startWorker } from '../../worker.ts';
import type { CommandName, Commands, Report } from './commands.ts';

export interface LoadGenerator extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when it can't be done, or when its process has ended. One at a time. */
  ask<Name extends CommandName>(name: Name, input: Commands[Name][0]): Promise<Commands[Name][1]>;
}

/** Its process, without connections. */
export function startLoadGenerator(): LoadGenerator {
  const worker = startWorker(import.meta.resolve('./process.ts'));
  const { child } = worker;
  let pending: PromiseWithResolvers<unknown> | null = null;
  child.on('message', (report: Report) => {
    if ('error' in report) pending?.reject(new Error(report.error));
    else pending?.resolve(report.output);
  });
  child.on('exit', () => pending?.reject(new Error('the load generator ended')));
  return {
    pid: worker.pid,
    ask: async (name, input) => {
      if (child.exitCode !== null) throw new Error('the load generator has ended');
      pending = Promise.withResolvers<unknown>();
      child.send({ name, input });
      return (await pending.promise) as Commands[typeof name][1];
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
