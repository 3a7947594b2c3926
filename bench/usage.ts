/** What processes have used: CPU time between two moments, the wait for it, and resident memory. Linux only. Used by fanout/ and queries/. */
import { existsSync, readFileSync } from 'node:fs';
import { readProcessCpuMs } from './cpu-time.ts';

/** Process ids by name. */
export type Pids = Readonly<Record<string, readonly number[]>>;

/** A process and those that it and they have started. */
export function readFamily(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number);
  return [pid, ...children.filter((child) => child > 0).flatMap(readFamily)];
}

/** Milliseconds of CPU time by name. */
export function readCpu(pids: Pids): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pids).map(([name, all]) => [
      name,
      all.reduce((sum, pid) => sum + (existsSync(`/proc/${pid}`) ? readProcessCpuMs(pid) : 0), 0),
    ]),
  );
}

/** The differences between two readings, each divided by `divisor`. */
export function divideUsed(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  divisor: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / divisor]),
  );
}

/** Milliseconds for which a process's main thread could have run, but others had the core. */
export function readWaitMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1_000_000;
}

/** Resident memory in KiB. */
export function readResidentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
