/** Puts records that can't be applied aside, in the transaction that passes over them. Called by append.ts. */
import type { PoolClient } from 'pg';
import type { CommandRecord } from '#schema/generated/message_store.ts';
import { execute } from '../db/statements.ts';

export interface DeadLetter {
  readonly record: CommandRecord;
  readonly reason: string;
}

const keyBytesMax = 1024;
const valueBytesMax = 256 * 1024;
const reasonCharsMax = 500;

const statement = {
  name: 'append-dead-letters',
  text: `INSERT INTO dead_letter (topic_id, partition, record_offset, key, value, value_bytes, reason, stored_at_ms)
    SELECT $1::text, $2::int, record_offset, key, value, value_bytes, reason, $3::bigint
    FROM unnest($4::bigint[], $5::bytea[], $6::bytea[], $7::int[], $8::text[])
      AS n (record_offset, key, value, value_bytes, reason)
    ON CONFLICT DO NOTHING`,
};

/** Keeps the beginning of what is too long; the whole record stays in the topic for as long as the topic keeps it. */
export async function writeDeadLetters(
  client: PoolClient,
  at: { topicId: string; partition: number; nowMs: number },
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  await execute(client, statement, [
    at.topicId,
    at.partition,
    at.nowMs,
    letters.map(({ record }) => record.offset),
    letters.map(({ record }) => Buffer.from(record.key.subarray(0, keyBytesMax))),
    letters.map(({ record }) => Buffer.from(record.value.subarray(0, valueBytesMax))),
    letters.map(({ record }) => record.value.length),
    // Postgres text holds no NUL, and a reason may quote the record.
    letters.map(({ reason }) => reason.replaceAll('\0', '').slice(0, reasonCharsMax)),
  ]);
}
