/** The producer against three brokers that are killed: what two of three have acknowledged is there, once and in order. With one left nothing is acknowledged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import { keepDown } from '#tests/harness/keep-down.ts';
import type { TestStack } from '#tests/harness/stack.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import { connect, createTopicName, logger, readAll } from './broker.ts';
import type { SentRecord } from './sent-records.ts';
import { assertTrue, countAcknowledged, sendNumber } from './sent-records.ts';

const partitions = 3;
const healTimeoutMs = 40_000;
const sendEveryMs = 5;
/** The producer's deadline and what a busy machine may add. */
const answerMsMax = 5_000 + 2_500;

interface Cluster {
  readonly stack: TestStack;
  readonly addresses: string;
  readonly topic: string;
}

async function createReplicatedTopic(addresses: string): Promise<string> {
  const topic = createTopicName('three-brokers');
  const config = { 'min.insync.replicas': '2' };
  await ensureTopics(connect(addresses), [{ topic, partitions, replicationFactor: 3, config }]);
  return topic;
}

async function describePartitions(addresses: string, topic: string) {
  const admin = connect(addresses).admin();
  try {
    await admin.connect();
    return (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions ?? [];
  } finally {
    await admin.disconnect();
  }
}

/** Whether this broker answers and knows of three replicas in sync. The others count a killed one in for some seconds. */
async function seesAllInSync(address: string, topic: string): Promise<boolean> {
  const described = await describePartitions(address, topic).catch(() => []);
  return described.length === partitions && described.every(({ isr }) => isr.length === 3);
}

/** Resolves when every broker is back and says that every replica is in sync. */
async function waitUntilHealed({ addresses, topic }: Cluster): Promise<void> {
  const deadline = performance.now() + healTimeoutMs;
  for (const address of addresses.split(',')) {
    while (!(await seesAllInSync(address, topic))) {
      if (performance.now() > deadline)
        throw new Error(`${address} is not in sync within ${healTimeoutMs} ms`);
      await delay(100);
    }
  }
}

async function findLeader({ stack, addresses, topic }: Cluster, partition: number) {
  const described = await describePartitions(addresses, topic);
  const { leader = -1 } = described.find(({ partitionId }) => partitionId === partition) ?? {};
  const program = stack.brokers[leader - 1];
  assert.ok(program, `partition ${partition} has no leader`);
  return program;
}

/** Sends numbers, one every few milliseconds, as long as `work` runs. */
async function sendDuring(
  { addresses, topic }: Cluster,
  from: number,
  work: () => Promise<void>,
): Promise<SentRecord[]> {
  await using producer = createOrderedProducer({ kafka: connect(addresses), logger });
  const all: Promise<SentRecord>[] = [];
  let running = true;
  const worked = work().finally(() => {
    running = false;
  });
  for (let number = from; running; number++) {
    all.push(sendNumber(producer, { topic, partition: number % partitions, number }));
    await delay(sendEveryMs);
  }
  await worked;
  return Promise.all(all);
}

test('three brokers', async (t) => {
  await using stack = await startTestStack({ print: (line) => t.diagnostic(line), brokerCount: 3 });
  const addresses = stack.variables.KAFKA_BROKERS ?? '';
  const cluster: Cluster = { stack, addresses, topic: await createReplicatedTopic(addresses) };
  const sent: SentRecord[] = [];
  const report = (all: readonly SentRecord[]) =>
    t.diagnostic(`${countAcknowledged(all)} of ${all.length} acknowledged, ${sent.length} in all`);

  await t.test('leaders killed one after another: nothing lost, twice or out of order', async () => {
    const all = await sendDuring(cluster, sent.length, async () => {
      for (let partition = 0; partition < 2; partition++) {
        await delay(500);
        (await findLeader(cluster, partition)).kill('SIGKILL');
        await delay(500);
        await waitUntilHealed(cluster);
      }
      await delay(500);
    });
    sent.push(...all);
    report(all);
    assert.ok(countAcknowledged(all) > all.length / 4, 'hardly anything was acknowledged');
    assertTrue(sent, await readAll(cluster.topic, addresses));
  });

  await t.test('all killed at once: what was acknowledged is there when they are back', async () => {
    const all = await sendDuring(cluster, sent.length, async () => {
      await delay(500);
      for (const broker of stack.brokers) broker.kill('SIGKILL');
      await delay(500);
      await waitUntilHealed(cluster);
      await delay(500);
    });
    sent.push(...all);
    report(all);
    assert.ok(countAcknowledged(all) > 0);
    assertTrue(sent, await readAll(cluster.topic, addresses));
  });

  await t.test('one left of three: answers within 5 s, none of them an acknowledgement', async () => {
    await using producer = createOrderedProducer({ kafka: connect(addresses), logger });
    const send = (count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) => {
          const number = sent.length + index;
          return sendNumber(producer, { topic: cluster.topic, partition: number % partitions, number });
        }),
      );
    sent.push(...(await send(30)));
    const leader = await findLeader(cluster, 0);
    const outage = keepDown(stack.brokers.filter((broker) => broker !== leader));
    const during = await send(300);
    sent.push(...during);
    outage[Symbol.dispose]();
    assert.equal(countAcknowledged(during), 0, 'acknowledged by one of three');
    const slowest = Math.max(...during.map(({ ms }) => ms));
    assert.ok(slowest < answerMsMax, `an answer took ${Math.round(slowest)} ms`);
    await waitUntilHealed(cluster);
    const later = await send(30);
    sent.push(...later);
    assert.equal(countAcknowledged(later), 30);
    assertTrue(sent, await readAll(cluster.topic, addresses));
  });
});
