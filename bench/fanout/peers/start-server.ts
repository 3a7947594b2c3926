/** Starts a process under test on its core and waits until it works. Used by the peers. */

import type { Supervisor } from '#infra/stack/supervisor.ts';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import type { Placement } from '../placement.ts';

export interface ServerStarter {
  readonly supervisor: Supervisor;
  readonly placement: Placement;
}

export interface ServerOptions {
  readonly name: string;
  /** Arguments of Node: the script and its own. */
  readonly args: (port: number) => readonly string[];
  readonly environment: (port: number) => NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly isReady: (port: number) => Promise<boolean>;
}

export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Rejects when it ends before it works. */
export async function startServer(
  { supervisor, placement }: ServerStarter,
  { name, args, environment, cwd, isReady }: ServerOptions,
): Promise<Server> {
  const [port] = await findFreePorts(1);
  const program = supervisor.run({
    name,
    tier: 4,
    ...placement.toServer(process.execPath, args(port)),
    cwd,
    env: environment(port),
    ports: new Map([['PORT', port]]),
    stopSignal: 'SIGTERM',
    isReady: () => isReady(port),
    toNotice: () => null,
  });
  await program.ready;
  const pid = program.pid();
  if (pid === null) throw new Error(`${name} has ended`);
  return { port, pid, [Symbol.asyncDispose]: () => program.stop() };
}
