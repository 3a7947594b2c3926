/**
 * Puts a dead letter on chat.commands again, same partition and key, so that the store decides it anew like any other command.
 * Called by dead-letters.ts, calls the ordered producer.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { readRecord } from '#platform/kafka/log-range.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ProduceRefused, ProduceUnknown } from '#platform/kafka/produce-lane.ts';
import type { DeadLetter, LetterPlace } from './dead-letter-rows.ts';
import { findLetter, markReplayed } from './dead-letter-rows.ts';
import type { KafkaAccess } from './installation.ts';
import { OperatorError } from './operator-command.ts';

/** The table keeps this much of a key; one of this length may be longer. */
const keptKeyBytes = 1024;
const pollMs = 100;

export interface ReplayAccess {
  readonly database: pg.Client;
  readonly access: KafkaAccess;
  readonly producer: OrderedProducer;
}

/**
 * The offset it has now. The row is locked until it is marked, so two operators can't replay it at once; when this process ends between
 * writing and marking, the letter can be replayed again, which the store recognises as a repeat. Throws OperatorError.
 */
export async function replayLetter(
  { database, access, producer }: ReplayAccess,
  place: LetterPlace,
  again: boolean,
): Promise<bigint> {
  await database.query('BEGIN');
  try {
    const letter = await findLetter(database, place, 'FOR UPDATE');
    if (!again) requireOpen(letter);
    if (letter.partition >= access.commands.partitions) {
      throw new OperatorError(
        `${access.commandsTopic} has only ${access.commands.partitions} partitions, there is no ${letter.partition} any more.`,
        'The conversation has to be on that partition: give the topic as many partitions as before.',
      );
    }
    const { key, value } = await readWhole(access, letter);
    const { partition } = letter;
    const record = { topic: access.commandsTopic, partition, key, value };
    const { offset } = await producer.send(record).catch((error: unknown) => {
      throw toOperatorError(error);
    });
    await markReplayed(database, letter, offset);
    await database.query('COMMIT');
    return offset;
  } catch (error) {
    await database.query('ROLLBACK');
    throw error;
  }
}

function toOperatorError(error: unknown): unknown {
  if (error instanceof ProduceRefused) {
    return new OperatorError(
      `Kafka did not get the record: ${error.message}.`,
      'Nothing was written. What is too long for our own producer can only be discarded.',
    );
  }
  if (error instanceof ProduceUnknown) {
    return new OperatorError(
      `Kafka did not say whether it has the record: ${error.message}.`,
      'Replay it again once Kafka answers: the store recognises a repeat.',
    );
  }
  return error;
}

function requireOpen({ partition, offset, replayed, discarded }: DeadLetter): void {
  const name = `The dead letter of partition ${partition}, offset ${offset}`;
  if (replayed !== null) {
    throw new OperatorError(
      `${name} was replayed at ${replayed.at.toISOString()} as offset ${replayed.offset}.`,
      'Add --again to replay it once more.',
    );
  }
  if (discarded !== null) {
    throw new OperatorError(
      `${name} was discarded at ${discarded.at.toISOString()}: ${discarded.reason}`,
      'Add --again to replay it all the same.',
    );
  }
}

/** Key and value as they were: from the table, or from the topic when the table holds only their beginning. */
async function readWhole(
  access: KafkaAccess,
  letter: DeadLetter,
): Promise<{ key: Buffer | null; value: Buffer }> {
  const { topicId, partition, offset, key, value, valueBytes } = letter;
  if (value.length === valueBytes && key.length < keptKeyBytes) return { key, value };
  const isSameTopic = topicId === access.commands.topicId;
  const record = isSameTopic
    ? await readRecord(access.link, { topic: access.commandsTopic, partition, offset })
    : null;
  if (record === null) {
    throw new OperatorError(
      `Only the first ${value.length} of ${valueBytes} bytes of the dead letter of partition ${partition}, offset ${offset} are ` +
        `kept, and ${isSameTopic ? `${access.commandsTopic} does not hold that offset any more` : 'its topic is gone'}.`,
      'It can be looked at (show) and discarded, not replayed.',
    );
  }
  return { key: record.key, value: record.value ?? Buffer.alloc(0) };
}

/** What became of a replayed record, once the store has passed it; `giveUpAt` is of performance.now(). */
export async function describeFate(
  { database, access }: ReplayAccess,
  { partition, offset }: { partition: number; offset: bigint },
  giveUpAt: number,
): Promise<string> {
  const { topicId } = access.commands;
  for (;;) {
    const { rows } = await database.query<{ reason: string | null }>(
      `SELECT (SELECT reason FROM dead_letter WHERE topic_id = $1 AND partition = $2 AND record_offset = $3) AS reason
        FROM partition_progress WHERE topic_id = $1 AND partition = $2 AND next_offset > $3`,
      [topicId, partition, String(offset)],
    );
    const [row] = rows;
    if (row !== undefined)
      return row.reason === null ? 'decided' : `a dead letter again, offset ${offset}: ${row.reason}`;
    if (performance.now() > giveUpAt) return 'not decided yet; is storage running and ready?';
    await delay(pollMs);
  }
}
