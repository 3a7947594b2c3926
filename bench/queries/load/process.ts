/**
 * The load generator: all connections of one measurement in a process of their own, which sends prepared bytes and counts answers. Started by
 * load-generator.ts, told what to do by the messages of commands.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { toPercentiles } from '../../percentiles.ts';
import type { Prepared } from './choice.ts';
import { createChoice } from './choice.ts';
import type { Command, Commands, LoadResult, Report, Target } from './commands.ts';
import type { Connection } from './connection.ts';
import { openConnection } from './connection.ts';

interface Lane {
  readonly connection: Connection;
  sent: Prepared | null;
  /** When the request under way was due. */
  dueAt: number;
}

/** What the lanes tell while a load runs. */
interface Run {
  readonly onFree: (lane: Lane) => void;
  readonly latenciesMs: number[];
  failures: number;
  failure: string | null;
}

/** A server that fails all the time is not worth the wait. */
const failuresMax = 1_000;
const tickMs = 1;

let lanes: Lane[] = [];
let choose: (() => Prepared) | null = null;
let run: Run | null = null;

const handlers: { [Name in keyof Commands]: (input: Commands[Name][0]) => unknown } = {
  open,
  run: ({ ms, rate }) => (rate === null ? saturate(ms) : pace(ms, rate)),
  close: () => {
    for (const { connection } of lanes) connection.close();
    lanes = [];
    return null;
  },
};

process.on('message', (command: Command) => void answer(command));
process.on('disconnect', () => process.exit());

async function answer({ name, input }: Command): Promise<void> {
  const handle = handlers[name] as (input: unknown) => unknown;
  try {
    report({ output: await handle(input) });
  } catch (error) {
    report({ error: String(error) });
  }
}

function report(answered: Report): void {
  process.send?.(answered);
}

async function open(target: Target): Promise<null> {
  choose = createChoice(target);
  lanes = Array.from({ length: target.connections }, () => openLane(target.port));
  await Promise.all(lanes.map(({ connection }) => connection.ready));
  return null;
}

function openLane(port: number): Lane {
  const lane: Lane = {
    sent: null,
    dueAt: 0,
    connection: openConnection(port, {
      onAnswer: (status, bodyBytes) => {
        const isRight = status === 200 && bodyBytes === lane.sent?.answerBytes;
        end(lane, isRight ? null : `status ${status} and ${bodyBytes} bytes, not ${lane.sent?.answerBytes}`);
      },
      onFailure: (reason) => end(lane, reason),
    }),
  };
  return lane;
}

function send(lane: Lane, dueAt: number): void {
  if (choose === null) throw new Error('there is nothing to send');
  const next = choose();
  lane.sent = next;
  lane.dueAt = dueAt;
  lane.connection.send(next.bytes);
}

function end(lane: Lane, failure: string | null): void {
  if (run === null) return;
  run.latenciesMs.push(performance.now() - lane.dueAt);
  if (failure !== null) {
    run.failures += 1;
    run.failure ??= failure;
  }
  run.onFree(lane);
}

/** As many as are answered. */
async function saturate(ms: number): Promise<LoadResult> {
  const startedAt = performance.now();
  const ended = Promise.withResolvers<void>();
  let busy = lanes.length;
  const current = startRun((lane) => {
    const now = performance.now();
    if (now - startedAt < ms && current.failures < failuresMax) return send(lane, now);
    busy -= 1;
    if (busy === 0) ended.resolve();
  });
  for (const lane of lanes) send(lane, performance.now());
  await ended.promise;
  return endRun(current, startedAt);
}

/** So many a second, whether they are answered or not; those that find no free connection wait for one. */
async function pace(ms: number, rate: number): Promise<LoadResult> {
  const startedAt = performance.now();
  const free = [...lanes];
  const waiting: number[] = [];
  const current = startRun((lane) => {
    const dueAt = waiting.shift();
    if (dueAt === undefined) free.push(lane);
    else send(lane, dueAt);
  });
  for (let sent = 0; sent < (ms * rate) / 1_000; ) {
    await delay(tickMs);
    const now = performance.now();
    for (; sent < ((now - startedAt) * rate) / 1_000; sent += 1) {
      const lane = free.shift();
      // Not when it would have been due to the microsecond: that would be the lateness of this process.
      if (lane === undefined) waiting.push(now);
      else send(lane, now);
    }
  }
  while (free.length < lanes.length) await delay(tickMs);
  return endRun(current, startedAt);
}

function startRun(onFree: Run['onFree']): Run {
  run = { onFree, latenciesMs: [], failures: 0, failure: null };
  return run;
}

function endRun({ latenciesMs, failures, failure }: Run, startedAt: number): LoadResult {
  run = null;
  const { p50, p99 } = toPercentiles(latenciesMs, 3);
  const tookMs = performance.now() - startedAt;
  return { requests: latenciesMs.length, tookMs, p50Ms: p50, p99Ms: p99, failures, failure };
}
