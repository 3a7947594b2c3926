/** Starts a process and waits until it works; the one under test gets its own core. Used by the peers of fanout/ and queries/. */

import { projectDir } from '#infra/stack/settings.ts';
import type { Supervisor } from '#infra/stack/supervisor.ts';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import type { Inspected } from './live-heap.ts';
import type { Placement } from './placement.ts';

export interface ServerStarter {
  readonly supervisor: Supervisor;
  readonly placement: Placement;
  /** For files that servers read. */
  readonly folder: string;
}

export interface ServerOptions {
  readonly name: string;
  /** For the process under test. */
  readonly hasOwnCore: boolean;
  /** Arguments of Node: the script and its own. */
  readonly args: (port: number) => readonly string[];
  readonly environment: (port: number) => NodeJS.ProcessEnv;
  readonly isReady: (port: number) => Promise<boolean>;
}

export interface Server extends Inspected, AsyncDisposable {
  readonly port: number;
}

/** Rejects when it ends before it works. */
export async function startServer(
  { supervisor, placement }: ServerStarter,
  { name, hasOwnCore, args, environment, isReady }: ServerOptions,
): Promise<Server> {
  const [port, inspectPort] = (await findFreePorts(2)) as [number, number];
  const command = { command: process.execPath, args: [`--inspect-port=${inspectPort}`, ...args(port)] };
  const program = supervisor.run({
    name,
    tier: hasOwnCore ? 1 : 0,
    ...(hasOwnCore ? placement.toServer(command) : command),
    cwd: projectDir,
    env: environment(port),
    ports: new Map([['PORT', port]]),
    stopSignal: 'SIGTERM',
    isReady: () => isReady(port),
    toNotice: () => null,
  });
  await program.ready;
  const pid = program.pid();
  if (pid === null) throw new Error(`${name} has ended`);
  return { port, pid, inspectPort, [Symbol.asyncDispose]: () => program.stop() };
}
