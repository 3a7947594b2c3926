/** A process of the benchmark's own that takes messages. Used by fanout/subscribers and queries/load for their load generators. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Worker extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
}

/** `script`: its URL, from import.meta.resolve. Disposing closes the channel, by which it ends, and waits for that. */
export function startWorker(script: string): Worker {
  const child = fork(fileURLToPath(script));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} could not be started`);
  return {
    child,
    pid,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
