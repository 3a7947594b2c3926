/** The producer against a real broker through a faulty link: what it says of a record must be true of the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ProduceRefused, ProduceUnknown } from '#platform/kafka/produce-lane.ts';
import { brokerAddress, connect, createTopic, logger, readAll } from './broker.ts';
import { FaultyLink, produceKey } from './faulty-link.ts';

const partitions = 3;

interface Sent {
  readonly value: string;
  readonly partition: number;
  answer: 'acknowledged' | 'refused' | 'unknown';
  offset: bigint;
}

/** Sends `count` records, 8 of each partition at a time, while `disturb` runs. */
async function sendThrough(link: FaultyLink, topic: string, count: number): Promise<Sent[]> {
  await using producer = createOrderedProducer({ kafka: connect(link.address), logger });
  const all: Promise<Sent>[] = [];
  for (let index = 0; index < count; index++) {
    const partition = index % partitions;
    const sent: Sent = { value: String(index), partition, answer: 'acknowledged', offset: -1n };
    const answered = producer.send({ topic, partition, key: null, value: Buffer.from(sent.value) }).then(
      ({ offset }) => Object.assign(sent, { offset }),
      (error: unknown) => {
        assert.ok(error instanceof ProduceRefused || error instanceof ProduceUnknown, String(error));
        return Object.assign(sent, {
          answer: error instanceof ProduceRefused ? 'refused' : 'unknown',
        } as const);
      },
    );
    all.push(answered);
    if (index % 24 === 0) await delay(5);
  }
  return Promise.all(all);
}

async function assertTrueOfLog(topic: string, all: readonly Sent[]): Promise<void> {
  const log = await readAll(topic);
  const copies = Map.groupBy(log, ({ value }) => value?.toString() ?? '');
  for (const { value, partition, answer, offset } of all) {
    const written = copies.get(value) ?? [];
    if (answer === 'refused') assert.equal(written.length, 0, `${value} was refused and is in the log`);
    assert.ok(written.length <= 1, `${value} is ${written.length} times in the log`);
    if (answer === 'acknowledged') {
      assert.deepEqual(
        [written[0]?.partition, written[0]?.offset],
        [partition, offset],
        `${value} is not where it was acknowledged`,
      );
    }
  }
  for (const [partition, records] of Map.groupBy(log, (record) => record.partition)) {
    const order = records.map(({ value }) => Number(value));
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
      `partition ${partition} is out of order`,
    );
  }
}

function countAcknowledged(all: readonly Sent[]): number {
  return all.filter(({ answer }) => answer === 'acknowledged').length;
}

test('ordered producer', async (t) => {
  await t.test('lost replies: no false acknowledgement, nothing twice', async () => {
    const topic = await createTopic('lost-replies', partitions);
    await using link = await FaultyLink.open(brokerAddress);
    let answers = 0;
    link.losesReply = (apiKey) => apiKey === produceKey && ++answers % 20 === 0;
    const all = await sendThrough(link, topic, 6_000);
    assert.ok(link.lostReplies >= 3, `only ${link.lostReplies} replies were lost`);
    assert.ok(countAcknowledged(all) > 3_000, `only ${countAcknowledged(all)} acknowledged`);
    await assertTrueOfLog(topic, all);
  });

  await t.test(
    'a leader deposed after writing: nothing refused or acknowledged falsely, nothing twice',
    async () => {
      const topic = await createTopic('deposed', partitions);
      await using link = await FaultyLink.open(brokerAddress);
      let answers = 0;
      link.deposesLeader = () => ++answers % 5 === 0;
      const all = await sendThrough(link, topic, 3_000);
      assert.equal(countAcknowledged(all), all.length);
      await assertTrueOfLog(topic, all);
    },
  );

  await t.test('cut connections: repeated until acknowledged, in order', async () => {
    const topic = await createTopic('cuts', partitions);
    await using link = await FaultyLink.open(brokerAddress);
    const cutting = setInterval(() => link.cut(), 150);
    const all = await sendThrough(link, topic, 6_000);
    clearInterval(cutting);
    assert.equal(countAcknowledged(all), all.length);
    await assertTrueOfLog(topic, all);
  });

  await t.test(
    'a link that goes silent: answers within the deadline, and works again afterwards',
    async () => {
      const topic = await createTopic('silence', partitions);
      await using link = await FaultyLink.open(brokerAddress);
      setTimeout(() => {
        link.silent = true;
      }, 100);
      setTimeout(() => {
        link.silent = false;
      }, 6_500);
      const startedAt = performance.now();
      const during = await sendThrough(link, topic, 3_000);
      assert.ok(performance.now() - startedAt < 12_000, 'the answers took too long');
      await assertTrueOfLog(topic, during);
      link.silent = false;
      const later = await createTopic('silence-later', partitions);
      assert.equal(countAcknowledged(await sendThrough(link, later, 30)), 30);
    },
  );
});
