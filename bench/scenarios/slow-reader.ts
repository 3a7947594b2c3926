/**
 * What a connection that stops reading costs the others: delivery to the followers of a busy conversation without another connection, with one that
 * reads, and with one that has stopped, each with twenty subscriptions to the same conversation, in turns. Called by bench/run.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type WebSocket from 'ws';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import type { StreamListener } from '#tests/harness/client.ts';
import { subscribe } from '#tests/harness/client.ts';
import { conversationEventsDocument, createGroup, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { openSocket } from '#tests/resume/resumer.ts';
import type { Percentiles } from '../percentiles.ts';
import { toPercentiles } from '../percentiles.ts';

export interface SlowReaderResult {
  readonly rounds: number;
  readonly messagesPerSecond: number;
  /** Milliseconds from the call of sendMessage to a follower that reads, of all rounds. */
  readonly absent: Percentiles;
  readonly reading: Percentiles;
  readonly stopped: Percentiles;
  /** Median over the rounds of the ratio of their p99s. */
  readonly stoppedOverAbsent: number;
  readonly stoppedOverReading: number;
}

interface Options {
  readonly rate: number;
  readonly rounds: number;
}

const followers = 5;
const subscriptions = 20;
const roundMs = 5_000;
/** More than the kernel keeps for a connection that does not read. */
const fillMessages = 200;
const settleMs = 3_000;
const textChars = 2_000;

/** `rounds` times three rounds of `rate` messages a second. */
export async function measureSlowReader(network: Network, options: Options): Promise<SlowReaderResult> {
  const { gatewayUrl: url } = network;
  const [sender, reader, slow] = await Promise.all([
    signUp(network, 'Sender'),
    signUp(network, 'Reader'),
    signUp(network, 'Slow'),
  ]);
  const conversationId = await createGroup(url, sender, [reader, slow]);
  await using streams = new AsyncDisposableStack();
  const sentAt = new Map<string, number>();
  let samples: number[] = [];
  const listener: StreamListener = {
    item: ({ message }) => {
      const { text = '' } = (message ?? {}) as { text?: string };
      const start = sentAt.get(text);
      if (start !== undefined) samples.push(performance.now() - start);
    },
    errors: (errors) => console.error(errors),
    closed: () => undefined,
    ended: () => undefined,
  };
  const document = conversationEventsDocument;
  const variables = { conversationId, after: null };
  for (let n = 0; n < followers; n += 1)
    streams.use(subscribe({ urls: [url], document, variables, token: () => reader.accessToken }, listener));
  await delay(settleMs);
  let sent = 0;
  const runRound = async (): Promise<number[]> => {
    samples = [];
    const count = (options.rate * roundMs) / 1_000;
    const startedAt = performance.now();
    const sends: Promise<unknown>[] = [];
    for (let n = 0; n < count; n += 1) {
      const due = startedAt + (n * 1_000) / options.rate;
      if (due > performance.now()) await delay(due - performance.now());
      sent += 1;
      const text = `${sent}`.padEnd(textChars, 'x');
      sentAt.set(text, performance.now());
      sends.push(sendMessage(url, sender, { conversationId, text }));
    }
    await Promise.all(sends);
    for (let waited = 0; samples.length < count * followers && waited < 100; waited += 1) await delay(50);
    if (samples.length !== count * followers)
      throw new Error(`${samples.length} of ${count * followers} came`);
    sentAt.clear();
    return samples;
  };
  await runRound();
  const fill = Array.from({ length: fillMessages }, () => ({ conversationId, text: 'x'.repeat(textChars) }));
  const absent: number[][] = [];
  const reading: number[][] = [];
  const stopped: number[][] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    absent.push(await runRound());
    const other = await openOther(url, slow, conversationId);
    reading.push(await runRound());
    other.pause();
    await sendInBulk([url], sender, fill);
    await delay(settleMs);
    stopped.push(await runRound());
    other.cut();
    await delay(settleMs);
  }
  return {
    rounds: options.rounds,
    messagesPerSecond: options.rate,
    absent: toPercentiles(absent.flat()),
    reading: toPercentiles(reading.flat()),
    stopped: toPercentiles(stopped.flat()),
    stoppedOverAbsent: toMedianRatio(stopped, absent),
    stoppedOverReading: toMedianRatio(stopped, reading),
  };
}

function toMedianRatio(rounds: readonly number[][], others: readonly number[][]): number {
  const ratios = rounds.map((one, index) => toPercentiles(one).p99 / toPercentiles(others[index] ?? []).p99);
  return Number((ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN).toFixed(2));
}

/** A connection whose subscriptions all run. */
async function openOther(
  url: string,
  viewer: Account,
  conversationId: string,
): Promise<{ pause: () => void; cut: () => void }> {
  const sockets: WebSocket[] = [];
  const client = openSocket(url, viewer, (socket) => sockets.push(socket));
  const started = Array.from({ length: subscriptions }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    client.subscribe(
      { query: conversationEventsDocument, variables: { conversationId, after: null } },
      { next: () => resolve(), error: () => resolve(), complete: () => resolve() },
    );
    return promise;
  });
  await Promise.all(started);
  return {
    pause: () => {
      for (const socket of sockets) socket.pause();
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
  };
}
