/**
 * The load generator: all subscribers of one measurement in a process of their own, which does nothing but count. Started by subscribers.ts, told what
 * to do by the messages of commands.ts.
 */
import type { Socket } from 'node:net';
import { toPercentiles } from '../../percentiles.ts';
import type { Audience, Command, Commands, Count, Difference, Report } from './commands.ts';
import { openSubscriber } from './subscriber.ts';

const progressMs = 2;
const openingMax = 64;

let audience: Audience | null = null;
let sockets: Socket[] = [];
/** Events by subscriber. */
let counts = new Uint32Array(0);
let deliveries = 0;
let reported = 0;
let ages: number[] | null = null;

const handlers: { [Name in keyof Commands]: (input: Commands[Name][0]) => unknown } = {
  open,
  count: (): Count => ({ atMs: performance.now(), deliveries }),
  startAges: () => {
    ages = [];
    return null;
  },
  takeAges: () => {
    const taken = toPercentiles(ages ?? []);
    ages = null;
    return taken;
  },
  compare: (published) => compare(published),
  close: () => {
    audience = null;
    for (const socket of sockets) socket.destroy();
    sockets = [];
    return null;
  },
};

process.on('message', (command: Command) => void answer(command));
process.on('disconnect', () => process.exit());
setInterval(reportProgress, progressMs);

async function answer({ name, input }: Command): Promise<void> {
  const handle = handlers[name] as (input: unknown) => unknown;
  report({ kind: 'answer', output: await handle(input) });
}

function report(message: Report): void {
  process.send?.(message);
}

/** So many at a time: a listen queue is finite. */
async function open(wanted: Audience): Promise<null> {
  audience = wanted;
  counts = new Uint32Array(wanted.subscribers);
  deliveries = 0;
  reported = 0;
  let next = 0;
  const worker = async () => {
    while (next < wanted.subscribers) {
      next += 1;
      await openOne(wanted, next - 1);
    }
  };
  await Promise.all(Array.from({ length: openingMax }, worker));
  return null;
}

function openOne(wanted: Audience, index: number): Promise<void> {
  const { port, paths, subscribePayloads, initPayloads } = wanted;
  const conversation = index % paths.length;
  const subscribePayload = subscribePayloads[conversation];
  const initPayload = initPayloads[Math.floor(index / paths.length) % initPayloads.length];
  return new Promise((resolve) => {
    const socket = openSubscriber({
      port,
      path: paths[conversation] ?? '',
      operation:
        subscribePayload === undefined || initPayload === undefined
          ? null
          : { initPayload, subscribePayload },
      onLive: resolve,
      onEvent: () => {
        counts[index] = (counts[index] ?? 0) + 1;
        deliveries += 1;
      },
      onAge: () => keepAge(),
      onFailure: (reason) => {
        // Nobody waits for those of an audience that has gone.
        if (audience === wanted) report({ kind: 'failure', reason: `subscriber ${index}: ${reason}` });
      },
    });
    sockets.push(socket);
  });
}

function keepAge(): ((ms: number) => void) | null {
  const kept = ages;
  return kept === null ? null : (ms) => kept.push(ms);
}

function reportProgress(): void {
  if (audience === null || deliveries === reported) return;
  reported = deliveries;
  const slowest = audience.paths.map(() => Number.POSITIVE_INFINITY);
  for (const [index, count] of counts.entries()) {
    const conversation = index % slowest.length;
    if (count < (slowest[conversation] ?? 0)) slowest[conversation] = count;
  }
  report({ kind: 'progress', slowest });
}

function compare(published: readonly number[]): Difference {
  let missing = 0;
  let surplus = 0;
  for (const [index, count] of counts.entries()) {
    const wanted = published[index % published.length] ?? 0;
    missing += Math.max(wanted - count, 0);
    surplus += Math.max(count - wanted, 0);
  }
  return { missing, surplus };
}
