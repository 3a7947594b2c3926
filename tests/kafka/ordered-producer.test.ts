/** The producer against a real broker through a faulty link: what it says of a record must be true of the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { brokerAddress, connect, createTopic, logger, makeAnew, readAll, until } from './broker.ts';
import { FaultyLink, produceKey } from './faulty-link.ts';
import type { SentRecord } from './sent-records.ts';
import { assertTrue, countAcknowledged, sendNumber } from './sent-records.ts';

const partitions = 3;
/** Above the 2 s after which a request is given up, below the 5 s after which the record is. */
const lateMs = 2_500;

/** Sends `count` records, 8 of each partition at a time. */
async function sendThrough(link: FaultyLink, topic: string, count: number): Promise<SentRecord[]> {
  await using producer = createOrderedProducer({ kafka: connect(link.address), logger });
  const all: Promise<SentRecord>[] = [];
  for (let index = 0; index < count; index++) {
    all.push(sendNumber(producer, { topic, partition: index % partitions, number: index }));
    if (index % 24 === 0) await delay(5);
  }
  return Promise.all(all);
}

/** Records per produce request when so many sends of one partition are on their way at any time. */
async function measureBatching(sendsAtOnce: number, count: number): Promise<number> {
  const topic = await createTopic(`batching-${sendsAtOnce}`, 1);
  await using link = await FaultyLink.open(brokerAddress);
  await using producer = createOrderedProducer({ kafka: connect(link.address), logger });
  let next = 0;
  const work = async () => {
    while (next < count) await sendNumber(producer, { topic, partition: 0, number: next++ });
  };
  await Promise.all(Array.from({ length: sendsAtOnce }, work));
  return count / link.countRequests(produceKey);
}

test('ordered producer', async (t) => {
  await t.test('a request holds one record under no load, and more the more there is to send', async () => {
    const alone = await measureBatching(1, 50);
    const some = await measureBatching(16, 800);
    const many = await measureBatching(256, 10_240);
    t.diagnostic(
      `records per request: ${alone} of 1 send at once, ${some.toFixed(1)} of 16, ${many.toFixed(1)} of 256`,
    );
    assert.equal(alone, 1);
    assert.ok(some >= 4, `${some} of 16 at once`);
    assert.ok(many >= 64, `${many} of 256 at once`);
  });

  await t.test('lost replies: no false acknowledgement, nothing twice', async () => {
    const topic = await createTopic('lost-replies', partitions);
    await using link = await FaultyLink.open(brokerAddress);
    let answers = 0;
    link.losesReply = (apiKey) => apiKey === produceKey && ++answers % 20 === 0;
    const all = await sendThrough(link, topic, 6_000);
    assert.ok(link.lostReplies >= 3, `only ${link.lostReplies} replies were lost`);
    assert.ok(countAcknowledged(all) > 3_000, `only ${countAcknowledged(all)} acknowledged`);
    assertTrue(all, await readAll(topic));
  });

  await t.test(
    'replies later than the request timeout: no false acknowledgement, nothing twice',
    async () => {
      const topic = await createTopic('late-replies', partitions);
      await using link = await FaultyLink.open(brokerAddress);
      let answers = 0;
      link.delaysReplyMs = (apiKey) => (apiKey === produceKey && ++answers % 8 === 0 ? lateMs : 0);
      const all = await sendThrough(link, topic, 6_000);
      assert.ok(link.lateReplies >= 2, `only ${link.lateReplies} replies were late`);
      assert.ok(countAcknowledged(all) > 3_000, `only ${countAcknowledged(all)} acknowledged`);
      assertTrue(all, await readAll(topic));
    },
  );

  await t.test(
    'a leader deposed after writing: nothing refused or acknowledged falsely, nothing twice',
    async () => {
      const topic = await createTopic('deposed', partitions);
      await using link = await FaultyLink.open(brokerAddress);
      let answers = 0;
      link.deposesLeader = () => ++answers % 5 === 0;
      const all = await sendThrough(link, topic, 3_000);
      assert.equal(countAcknowledged(all), all.length);
      assertTrue(all, await readAll(topic));
    },
  );

  await t.test('cut connections: repeated until acknowledged, in order', async () => {
    const topic = await createTopic('cuts', partitions);
    await using link = await FaultyLink.open(brokerAddress);
    const cutting = setInterval(() => link.reset(), 150);
    const all = await sendThrough(link, topic, 6_000);
    clearInterval(cutting);
    assert.equal(countAcknowledged(all), all.length);
    assertTrue(all, await readAll(topic));
  });

  await t.test(
    'a link that goes silent: answers within the deadline, and works again afterwards',
    async () => {
      const topic = await createTopic('silence', partitions);
      await using link = await FaultyLink.open(brokerAddress);
      setTimeout(() => {
        link.set({ kind: 'black-holed' });
      }, 100);
      setTimeout(() => {
        link.set({ kind: 'pass' });
      }, 6_500);
      const startedAt = performance.now();
      const during = await sendThrough(link, topic, 3_000);
      assert.ok(performance.now() - startedAt < 12_000, 'the answers took too long');
      assertTrue(during, await readAll(topic));
      link.set({ kind: 'pass' });
      const later = await createTopic('silence-later', partitions);
      assert.equal(countAcknowledged(await sendThrough(link, later, 30)), 30);
    },
  );

  await t.test(
    'a lost reply is noticed in time, also when the clock is set back meanwhile',
    { timeout: 30_000 },
    async (t) => {
      const topic = await createTopic('clock-set-back', 1);
      await using link = await FaultyLink.open(brokerAddress);
      await using producer = createOrderedProducer({ kafka: connect(link.address), logger });
      const first = await sendNumber(producer, { topic, partition: 0, number: 0 });
      link.losesReply = (apiKey) => apiKey === produceKey && link.lostReplies === 0;
      const sending = sendNumber(producer, { topic, partition: 0, number: 1 });
      await until('the reply is lost', () => link.lostReplies === 1);
      const { now } = Date;
      t.mock.method(Date, 'now', () => now() - 3_600_000);
      const all = [first, await sending, await sendNumber(producer, { topic, partition: 0, number: 2 })];
      assert.equal(countAcknowledged(all), 3);
      assertTrue(all, await readAll(topic));
    },
  );

  await t.test(
    'where the broker goes by the time of the writer, one that is too far ahead is refused',
    async (t) => {
      const topic = await createTopic('clock-ahead', 1);
      await using producer = createOrderedProducer({ kafka: connect(), logger });
      const { now } = Date;
      t.mock.method(Date, 'now', () => now() + 2 * 3_600_000);
      assert.equal((await sendNumber(producer, { topic, partition: 0, number: 0 })).answer, 'refused');
    },
  );

  await t.test('a topic made anew under the producer is believed: records are where it says', async () => {
    const topic = await createTopic('made-anew', 1);
    await using producer = createOrderedProducer({ kafka: connect(), logger });
    const sendSome = (from: number, count: number) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          sendNumber(producer, { topic, partition: 0, number: from + index }),
        ),
      );
    // So many that no number of attempts would come to where the old topic ended.
    assert.equal(countAcknowledged(await sendSome(0, 1_000)), 1_000);
    await makeAnew(topic);
    const after = await sendSome(1_000, 5);
    assert.equal(countAcknowledged(after), 5);
    const values = new Map((await readAll(topic)).map(({ offset, value }) => [offset, String(value)]));
    assert.deepEqual(
      after.map(({ offset }) => values.get(offset)),
      after.map(({ value }) => value),
    );
  });
});
