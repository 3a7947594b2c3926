/** Our own processes as programs for the supervisor: which file, which ports, which tier. Used by stack.ts and the test harness. */
import { join } from 'node:path';
import type { NodeProcessName } from './environment.ts';
import { toNodeNotice } from './node-notice.ts';
import { probeGrpc, probeHttp } from './probes.ts';
import type { Program } from './program.ts';
import type { Ports } from './settings.ts';
import { portVariables, projectDir } from './settings.ts';

interface NodeProcess {
  readonly entry: string;
  readonly tier: number;
  readonly ports: readonly (keyof Ports)[];
  /** The port that tells whether it works, and how to ask. */
  readonly health: { readonly port: keyof Ports; readonly protocol: 'http' | 'grpc' };
}

/** All of them, in the order in which they stand on each other. */
export const nodeProcesses: Record<NodeProcessName, NodeProcess> = {
  mailbox: {
    entry: 'infra/mailbox/main.ts',
    tier: 0,
    ports: ['mailbox', 'smtp'],
    health: { port: 'mailbox', protocol: 'http' },
  },
  store: {
    entry: 'subgraphs/storage/store/main.ts',
    tier: 1,
    ports: ['store'],
    health: { port: 'store', protocol: 'grpc' },
  },
  auth: {
    entry: 'subgraphs/auth/main.ts',
    tier: 1,
    ports: ['auth', 'directory'],
    health: { port: 'auth', protocol: 'http' },
  },
  storage: {
    entry: 'subgraphs/storage/main.ts',
    tier: 2,
    ports: ['storage'],
    health: { port: 'storage', protocol: 'http' },
  },
  chat: {
    entry: 'subgraphs/chat/main.ts',
    tier: 2,
    ports: ['chat'],
    health: { port: 'chat', protocol: 'http' },
  },
  gateway: {
    entry: 'gateway/main.ts',
    tier: 3,
    ports: ['gateway'],
    health: { port: 'gateway', protocol: 'http' },
  },
};

/** The program of one process; `name` tells copies of it apart. */
export function createNodeProgram(
  processName: NodeProcessName,
  { ports, env, name = processName }: { ports: Ports; env: NodeJS.ProcessEnv; name?: string },
): Program {
  const { entry, tier, ports: listening } = nodeProcesses[processName];
  return {
    name,
    tier,
    command: process.execPath,
    args: [join(projectDir, entry)],
    cwd: projectDir,
    env,
    ports: new Map(listening.map((key) => [portVariables[key], ports[key]])),
    stopSignal: 'SIGTERM',
    isReady: () => probeNodeProcess(processName, ports),
    toNotice: toNodeNotice,
  };
}

/** Whether the process says that it and its dependencies work. */
export function probeNodeProcess(processName: NodeProcessName, ports: Ports): Promise<boolean> {
  const { port, protocol } = nodeProcesses[processName].health;
  return protocol === 'http' ? probeHttp(ports[port]) : probeGrpc(ports[port]);
}
