/** CPU time that processes have used: what the work costs, also on a machine that is busy with something else. Linux only. Used by the scenarios. */
import { readFileSync } from 'node:fs';
import type { Network } from '#tests/harness/network.ts';

/** Of the kernel's clock ticks, which Linux fixes for user space. */
const tickMs = 10;

/** Milliseconds by process name, since each of them started. */
export function readCpuMs({ processes }: Pick<Network, 'processes'>): Record<string, number> {
  return Object.fromEntries([...processes].map(([name, process]) => [name, readProcessCpuMs(process.pid())]));
}

/** What was used between two readings, shared by so many rounds. */
export function perRound(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  rounds: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [name, Math.round((ms - (before[name] ?? 0)) / rounds)]),
  );
}

/** Of one process since its start, in all its threads; 0 when there is none. */
export function readProcessCpuMs(pid: number | null): number {
  if (pid === null) return 0;
  // The second field is the program's name, in brackets, and may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}
