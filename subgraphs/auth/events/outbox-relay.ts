/**
 * Carries the outbox to Kafka's auth.events, oldest first, and removes what Kafka has acknowledged: at least
 * once. One process at a time relays; while Kafka is away the events wait. Rows of transactions that end out
 * of turn go out of turn, which is harmless: a revocation and a changed profile say nothing about each
 * other. Made by auth.ts; calls platform/kafka.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { reachFailPoint } from '#platform/fail-points.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import type { Logger } from '#platform/logger.ts';
import type { Database } from '../db/database.ts';
import { lockRelay, readEvents, removeEvents } from '../db/outbox.ts';

/** auth.events has one partition. */
const partition = 0;
const batchMax = 100;
const pollMs = 1_000;
const backOffMs = 1_000;

export interface OutboxRelay extends AsyncDisposable {
  /** There is something new; it leaves at once instead of within a second. */
  wake(): void;
}

export interface OutboxRelayOptions {
  readonly database: Database;
  readonly producer: OrderedProducer;
  readonly topic: string;
  /** Makes sure that the topic exists; rejects while Kafka is away. */
  readonly ensureTopic: () => Promise<void>;
  readonly logger: Logger;
}

/** Runs until disposed, which sends what is there if Kafka takes it. */
export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  let topicEnsured = false;

  async function pass(): Promise<void> {
    if (!topicEnsured) await options.ensureTopic();
    topicEnsured = true;
    while ((await relayBatch(options)) === batchMax) options.logger.debug('more events wait');
  }

  async function run(): Promise<void> {
    for (;;) {
      const isLast = stopping.signal.aborted;
      woken = Promise.withResolvers<void>();
      try {
        await pass();
      } catch (error) {
        options.logger.warn({ err: error }, 'the outbox could not be sent, it waits');
        await pause(backOffMs, stopping.signal);
      }
      if (isLast) return;
      if (!stopping.signal.aborted) await Promise.race([woken.promise, pause(pollMs, stopping.signal)]);
    }
  }

  const done = run();
  return {
    wake: () => woken.resolve(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}

/** How many events went. They stay locked to this process while they are sent. */
function relayBatch({ database, producer, topic }: OutboxRelayOptions): Promise<number> {
  return database.transaction(async (tx) => {
    if (!(await lockRelay(tx))) return 0;
    const events = await readEvents(tx, batchMax);
    if (events.length === 0) return 0;
    const send = ({ accountId, payload }: (typeof events)[number]) =>
      producer.send({ topic, partition, key: Buffer.from(accountId), value: Buffer.from(payload) });
    await Promise.all(events.map(send));
    reachFailPoint('outbox.published');
    await removeEvents(
      tx,
      events.map(({ id }) => id),
    );
    return events.length;
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Being woken to stop is no failure.
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
