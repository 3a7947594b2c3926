/** One peer in one scene at one number of connections, once: requests a second, latency, what they cost. Called by measure-queries.ts. */
import { loadavg } from 'node:os';
import type { Server } from '../start-server.ts';
import { divideUsed, readCpu, readFamily, readResidentKb, readWaitMs } from '../usage.ts';
import type { Target } from './load/commands.ts';
import type { LoadGenerator } from './load/load-generator.ts';

export interface Measurement {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server under test, its children too, for each request. */
  readonly cpuMs: number;
  /** Busy share of a core, by process. */
  readonly cores: Readonly<Record<'server' | 'subgraphs' | 'load', number>>;
  /** Share of the time for which the server could have run, but others had its core. */
  readonly serverWait: number;
  /** Resident memory of the server at the end. */
  readonly residentMb: number;
  /** Requests that were not answered as they should be. */
  readonly failures: number;
  readonly loadAverage: number;
}

export interface CellOptions {
  readonly server: Server;
  /** Of the subgraphs. */
  readonly backend: Server;
  readonly generator: LoadGenerator;
  readonly target: Target;
  /** Requests a second; null for as many as it can. */
  readonly rate: number | null;
  readonly ms: number;
  /** Before anything counts. */
  readonly warmUpMs: number;
}

/** Rejects when the server can't be reached. `failure` says what the first request got that failed. */
export async function measureCell(
  options: CellOptions,
): Promise<Measurement & { readonly failure: string | null }> {
  const { server, backend, generator, target, rate, ms, warmUpMs } = options;
  await generator.ask('open', target);
  try {
    await generator.ask('run', { ms: warmUpMs, rate });
    const pids = { server: readFamily(server.pid), subgraphs: [backend.pid], load: [generator.pid] };
    const before = readCpu(pids);
    const waitedMs = readWaitMs(server.pid);
    const result = await generator.ask('run', { ms, rate });
    const after = readCpu(pids);
    const waitMs = readWaitMs(server.pid) - waitedMs;
    const { requests, tookMs, p50Ms, p99Ms, failures, failure } = result;
    const cores = divideUsed(before, after, tookMs);
    const resident = pids.server.reduce((sum, pid) => sum + readResidentKb(pid), 0);
    return {
      ...{ p50Ms, p99Ms, failures, failure },
      requestsPerSecond: (requests * 1_000) / tookMs,
      cpuMs: divideUsed(before, after, requests).server ?? Number.NaN,
      cores: { server: cores.server ?? 0, subgraphs: cores.subgraphs ?? 0, load: cores.load ?? 0 },
      serverWait: waitMs / tookMs,
      residentMb: resident / 1024,
      loadAverage: loadavg()[0] ?? Number.NaN,
    };
  } finally {
    await generator.ask('close', null);
  }
}
