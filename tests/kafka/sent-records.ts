/** What a producer says of the records it was given, and whether that is true of the log. Called by tests/kafka/*.test.ts. */
import assert from 'node:assert/strict';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ProduceRefused, ProduceUnknown } from '#platform/kafka/produce-lane.ts';

export interface SentRecord {
  /** The number as text. */
  readonly value: string;
  readonly partition: number;
  readonly answer: 'acknowledged' | 'refused' | 'unknown';
  /** -1 unless acknowledged. */
  readonly offset: bigint;
  /** From the call to the answer. */
  readonly ms: number;
}

interface NumberToSend {
  readonly topic: string;
  readonly partition: number;
  /** Higher than those sent before: their order is judged by it. */
  readonly number: number;
}

/** Sends one number; never rejects unless the producer breaks its word about errors. */
export async function sendNumber(
  producer: OrderedProducer,
  { topic, partition, number }: NumberToSend,
): Promise<SentRecord> {
  const value = String(number);
  const startedAt = performance.now();
  const toSent = (answer: SentRecord['answer'], offset = -1n): SentRecord => {
    return { value, partition, answer, offset, ms: performance.now() - startedAt };
  };
  try {
    const { offset } = await producer.send({ topic, partition, key: null, value: Buffer.from(value) });
    return toSent('acknowledged', offset);
  } catch (error) {
    assert.ok(error instanceof ProduceRefused || error instanceof ProduceUnknown, String(error));
    return toSent(error instanceof ProduceRefused ? 'refused' : 'unknown');
  }
}

/** Acknowledged: there, once, at its offset. Refused: not there. Unknown: once at most. And each partition in the order of the sends. */
export function assertTrue(all: readonly SentRecord[], log: readonly LogRecord[]): void {
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

export function countAcknowledged(all: readonly SentRecord[]): number {
  return all.filter(({ answer }) => answer === 'acknowledged').length;
}
