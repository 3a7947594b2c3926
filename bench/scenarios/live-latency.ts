/**
 * Time from the call of sendMessage to the message at a live subscriber and to the mutation's own answer, at a fixed rate that does not wait for
 * answers. Called by bench/run.ts.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { signUp } from '#tests/harness/accounts.ts';
import { createGroup, followConversation, messagesOf, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import type { Percentiles } from '../percentiles.ts';
import { toPercentiles } from '../percentiles.ts';

export interface LatencyResult {
  readonly messages: number;
  readonly messagesPerSecond: number;
  /** Milliseconds from the call to the subscriber. */
  readonly toSubscriber: Percentiles;
  /** Milliseconds from the call to its answer (STORED). */
  readonly toAnswer: Percentiles;
}

const conversationCount = 10;
const warmUpMessages = 50;

/** Sends `rate` messages a second for `seconds`, spread over ten conversations with one subscriber each. */
export async function measureLiveLatency(
  network: Network,
  options: { rate: number; seconds: number },
): Promise<LatencyResult> {
  const { gatewayUrl: url } = network;
  const [sender, reader] = await Promise.all([signUp(network, 'Sender'), signUp(network, 'Reader')]);
  const conversations = await Promise.all(
    Array.from({ length: conversationCount }, () => createGroup(url, sender, [reader])),
  );
  await using streams = new AsyncDisposableStack();
  const sentAt = new Map<string, number>();
  const toSubscriber: number[] = [];
  for (const conversationId of conversations) {
    const stream = streams.use(followConversation([url], reader, { conversationId }));
    await stream.waitFor('CaughtUp', (items) => items.length > 0);
    let seen = 0;
    void stream
      .waitFor(
        'the end of the run',
        () => {
          const messages = messagesOf(stream);
          for (const message of messages.slice(seen)) {
            const start = sentAt.get(message.text);
            if (start !== undefined) toSubscriber.push(performance.now() - start);
          }
          seen = messages.length;
          return false;
        },
        (options.seconds + 60) * 1_000,
      )
      .catch(() => undefined);
  }
  const send = async (n: number, answers: number[]) => {
    const conversationId = conversations[n % conversations.length] ?? '';
    const text = randomUUID();
    const start = performance.now();
    if (answers !== ignored) sentAt.set(text, start);
    await sendMessage(url, sender, { conversationId, text });
    answers.push(performance.now() - start);
  };
  const ignored: number[] = [];
  for (let n = 0; n < warmUpMessages; n += 1) await send(n, ignored);
  const toAnswer: number[] = [];
  const count = options.rate * options.seconds;
  const startedAt = performance.now();
  const sends: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    const due = startedAt + (n * 1_000) / options.rate;
    if (due > performance.now()) await delay(due - performance.now());
    sends.push(send(n, toAnswer));
  }
  await Promise.all(sends);
  const seconds = (performance.now() - startedAt) / 1_000;
  for (let waited = 0; toSubscriber.length < count && waited < 100; waited += 1) await delay(50);
  return {
    messages: count,
    messagesPerSecond: Math.round(count / seconds),
    toSubscriber: toPercentiles(toSubscriber),
    toAnswer: toPercentiles(toAnswer),
  };
}
