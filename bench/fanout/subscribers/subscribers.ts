/** The load generator as the benchmark sees it: starts its process and talks to it. Used by measure-cell.ts. */
import { startWorker } from '../../worker.ts';
import type { CommandName, Commands, Report } from './commands.ts';

export interface Subscribers extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when a subscriber fails before the answer. One at a time. */
  ask<Name extends CommandName>(name: Name, input: Commands[Name][0]): Promise<Commands[Name][1]>;
  /** Gets the progress, until another listener is set. */
  onProgress(listener: (slowest: readonly number[]) => void): void;
  /** Of those that are open: why the first that failed did; null when none has. */
  failure(): string | null;
}

/** Its process, without connections. */
export function startSubscribers(): Subscribers {
  const worker = startWorker(import.meta.resolve('./process.ts'));
  const { child } = worker;
  let pending: PromiseWithResolvers<unknown> | null = null;
  let asked: CommandName | null = null;
  let failure: string | null = null;
  let listener: (slowest: readonly number[]) => void = () => undefined;
  const fail = (reason: string) => {
    failure ??= reason;
    pending?.reject(new Error(failure));
  };
  child.on('message', (report: Report) => {
    switch (report.kind) {
      case 'answer':
        return pending?.resolve(report.output);
      case 'progress':
        return listener(report.slowest);
      case 'failure':
        // What ends while everything is being closed has not failed.
        return asked === 'close' ? undefined : fail(report.reason);
    }
  });
  child.on('exit', () => fail('the load generator ended'));
  return {
    pid: worker.pid,
    failure: () => failure,
    onProgress: (next) => {
      listener = next;
    },
    ask: async (name, input) => {
      asked = name;
      if (name === 'open' || name === 'close') failure = null;
      pending = Promise.withResolvers<unknown>();
      child.send({ name, input });
      return (await pending.promise) as Commands[typeof name][1];
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
