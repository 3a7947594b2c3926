/** The partition consumer against a real broker: starts where it is told, shares partitions, repeats what failed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import type { PartitionConsumer } from '#platform/kafka/partition-consumer.ts';
import { createPartitionConsumer } from '#platform/kafka/partition-consumer.ts';
import { brokerAddress, connect, createTopic, logger, until } from './broker.ts';
import { FaultyLink, joinGroupKey } from './faulty-link.ts';
import { evictMember, findMembers, untilMembers } from './group-members.ts';

const hourMs = 3_600_000;
/** Kafka puts a member out that sent no heartbeat for 6 s. */
const longerThanASessionMs = 9_000;

/** Stands for the store: one next offset per partition, which every member goes by. */
class Progress {
  readonly next = [0n, 0n, 0n];
  readonly applied: string[] = [];
  readonly owners: (string | undefined)[] = [];
  outOfPlace = 0;
  failuresLeft = 0;
  /** Starts and batches of one partition that went on at the same time. */
  atOnceMax = 0;
  readonly #busy = [0, 0, 0];

  join(topic: string, member: string, address?: string): PartitionConsumer {
    return createPartitionConsumer({
      kafka: connect(address),
      groupId: `${topic}.group`,
      topic,
      onAssigned: (partition) =>
        this.#work(partition, () => {
          this.owners[partition] = member;
          return this.next[partition] ?? 0n;
        }),
      onBatch: (partition, records) =>
        this.#work(partition, () => {
          for (const { offset, value } of records) {
            if (this.failuresLeft > 0 && this.failuresLeft-- > 0) throw new Error('not now');
            if (offset !== this.next[partition]) this.outOfPlace += 1;
            this.next[partition] = offset + 1n;
            this.applied.push(String(value));
          }
        }),
      logger,
      signal: new AbortController().signal,
    });
  }

  async #work<Result>(partition: number, work: () => Result): Promise<Result> {
    const busy = (this.#busy[partition] ?? 0) + 1;
    this.#busy[partition] = busy;
    this.atOnceMax = Math.max(this.atOnceMax, busy);
    try {
      await delay(1);
      return work();
    } finally {
      this.#busy[partition] = (this.#busy[partition] ?? 0) - 1;
    }
  }
}

const restartEveryMs = 7;

async function sendNumbers(topic: string, from: number, count: number): Promise<void> {
  await using producer = createOrderedProducer({ kafka: connect(), logger });
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  await Promise.all(
    numbers.map((number) =>
      producer.send({ topic, partition: number % 3, key: null, value: Buffer.from(String(number)) }),
    ),
  );
}

function assertAppliedOnce({ applied, outOfPlace }: Progress, count: number): void {
  assert.deepEqual(
    applied.map(Number).toSorted((one, other) => one - other),
    Array.from({ length: count }, (_, index) => index),
  );
  assert.equal(outOfPlace, 0);
}

test('partition consumer', async (t) => {
  await t.test('asks for the start of every partition, also of an empty one, and begins there', async () => {
    const topic = await createTopic('starts', 3);
    await sendNumbers(topic, 0, 30);
    const progress = new Progress();
    progress.next[0] = 4n;
    await using consumer = progress.join(topic, 'one');
    await until('all have come', () => progress.applied.length >= 26);
    assert.deepEqual(progress.owners, ['one', 'one', 'one']);
    assert.ok(!progress.applied.includes('9') && progress.applied.includes('12'));
    assert.equal(progress.outOfPlace, 0);
    assert.equal(consumer.healthy(), true);
  });

  await t.test('partitions are shared with a second member and come back when it leaves', async () => {
    const topic = await createTopic('shared', 3);
    const progress = new Progress();
    await using _one = progress.join(topic, 'one');
    await until('the first has all', () => progress.owners.filter((owner) => owner === 'one').length === 3);
    {
      await using _two = progress.join(topic, 'two');
      await until('the second has some', () => progress.owners.includes('two'));
      await sendNumbers(topic, 0, 300);
      await until('all have come', () => progress.applied.length >= 300);
    }
    await sendNumbers(topic, 300, 300);
    await until('all have come', () => progress.applied.length >= 600);
    assertAppliedOnce(progress, 600);
    assert.deepEqual(progress.owners, ['one', 'one', 'one']);
  });

  await t.test('a batch that fails is begun again, nothing is skipped', async () => {
    const topic = await createTopic('failing', 3);
    const progress = new Progress();
    progress.failuresLeft = 5;
    await using _one = progress.join(topic, 'one');
    await sendNumbers(topic, 0, 300);
    await until('all have come', () => progress.applied.length >= 300);
    assertAppliedOnce(progress, 300);
  });

  await t.test(
    'a partition that is started again, whatever it is at, skips nothing and is worked once',
    async () => {
      const topic = await createTopic('restarted', 3);
      const progress = new Progress();
      await using consumer = progress.join(topic, 'one');
      await until('it has joined', () => progress.owners.length === 3);
      let partition = 0;
      const restarting = setInterval(() => {
        partition = (partition + 1) % 3;
        consumer.restartPartition(partition, 'a test');
      }, restartEveryMs);
      for (const from of [0, 300, 600, 900]) {
        progress.failuresLeft = 5;
        await sendNumbers(topic, from, 300);
      }
      await delay(500);
      clearInterval(restarting);
      await until('all have come', () => progress.applied.length >= 1_200);
      assertAppliedOnce(progress, 1_200);
      assert.equal(progress.atOnceMax, 1);
    },
  );

  await t.test('cut and silent connections: it comes back, nothing is skipped', async () => {
    const topic = await createTopic('consumer-cuts', 3);
    await using link = await FaultyLink.open(brokerAddress);
    const progress = new Progress();
    await using consumer = progress.join(topic, 'one', link.address);
    await until('it has joined', () => progress.owners.length === 3);
    await sendNumbers(topic, 0, 300);
    link.reset();
    await sendNumbers(topic, 300, 300);
    await until('all have come', () => progress.applied.length >= 600);
    link.set({ kind: 'black-holed' });
    await sendNumbers(topic, 600, 300);
    await until('it says so', () => !consumer.healthy());
    link.set({ kind: 'pass' });
    await until('all have come', () => progress.applied.length >= 900);
    assertAppliedOnce(progress, 900);
  });

  await t.test(
    'a consumer that kafkajs ends for good is followed by another, and health says so',
    async () => {
      const topic = await createTopic('consumer-crash', 3);
      await using link = await FaultyLink.open(brokerAddress);
      const progress = new Progress();
      await using consumer = progress.join(topic, 'one', link.address);
      await until('it is healthy', () => consumer.healthy());
      await sendNumbers(topic, 0, 300);
      await until('all have come', () => progress.applied.length >= 300);
      link.forbidsGroup = () => true;
      await until('it says so', () => !consumer.healthy());
      await sendNumbers(topic, 300, 300);
      link.forbidsGroup = () => false;
      await until('all have come', () => progress.applied.length >= 600);
      await until('it is healthy again', () => consumer.healthy());
      assertAppliedOnce(progress, 600);
    },
  );

  await t.test('a clock that is set back keeps no heartbeat back: the member stays', async (t) => {
    const topic = await createTopic('clock-set-back', 3);
    const progress = new Progress();
    await using consumer = progress.join(topic, 'one');
    await until('it has joined', () => progress.owners.length === 3);
    const before = await findMembers(`${topic}.group`);
    assert.equal(before.length, 1);
    const { now } = Date;
    t.mock.method(Date, 'now', () => now() - hourMs);
    await delay(longerThanASessionMs);
    assert.deepEqual(await findMembers(`${topic}.group`), before);
    assert.equal(consumer.healthy(), true);
    await sendNumbers(topic, 0, 300);
    await until('all have come', () => progress.applied.length >= 300);
    assertAppliedOnce(progress, 300);
  });

  await t.test('a member that is put out of the group comes back', async () => {
    const topic = await createTopic('evicted', 3);
    const progress = new Progress();
    await using consumer = progress.join(topic, 'one');
    await sendNumbers(topic, 0, 300);
    await until('all have come', () => progress.applied.length >= 300);
    const [before] = await findMembers(`${topic}.group`);
    await evictMember(`${topic}.group`, before ?? '');
    await sendNumbers(topic, 300, 300);
    await until('all have come', () => progress.applied.length >= 600);
    assertAppliedOnce(progress, 600);
    await untilMembers(`${topic}.group`, (members) => members.length === 1 && members[0] !== before);
    assert.equal(consumer.healthy(), true);
  });

  await t.test(
    'one that is disposed while it joins leaves no member behind that holds partitions',
    async () => {
      const topic = await createTopic('stopped-joining', 3);
      await using link = await FaultyLink.open(brokerAddress);
      let joins = 0;
      link.delaysReplyMs = (apiKey) => (apiKey === joinGroupKey && ++joins === 1 ? 1_000 : 0);
      const progress = new Progress();
      {
        await using _brief = progress.join(topic, 'brief', link.address);
        await until('it joins', () => link.countRequests(joinGroupKey) === 1);
      }
      assert.deepEqual(await findMembers(`${topic}.group`), []);
    },
  );
});
