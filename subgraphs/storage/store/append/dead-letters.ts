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

/**
 * Where a log has lost its end, other records get offsets that letters have. Such a letter makes room, under a topic id of its
 * own. The same record again, as when a log is read from its start, is the letter that is there.
 */
const makeRoomStatement = {
  name: 'append-dead-letters-make-room',
  text: `UPDATE dead_letter d SET topic_id = $1::text || '/' || gen_random_uuid()
    FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::int[]) AS n (record_offset, key, value, value_bytes)
    WHERE d.topic_id = $1::text AND d.partition = $2::int AND d.record_offset = n.record_offset
      AND (d.key, d.value, d.value_bytes) IS DISTINCT FROM (n.key, n.value, n.value_bytes)`,
};
const insertStatement = {
  name: 'append-dead-letters',
  text: `INSERT INTO dead_letter (topic_id, partition, record_offset, key, value, value_bytes, reason, stored_at_ms)
    SELECT $1::text, $2::int, record_offset, key, value, value_bytes, reason, $8::bigint
    FROM unnest($3::bigint[], $4::bytea[], $5::bytea[], $6::int[], $7::text[])
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
  const columns = [
    letters.map(({ record }) => record.offset),
    letters.map(({ record }) => Buffer.from(record.key.subarray(0, keyBytesMax))),
    letters.map(({ record }) => Buffer.from(record.value.subarray(0, valueBytesMax))),
    letters.map(({ record }) => record.value.length),
  ];
  // Postgres text holds no NUL, and a reason may quote the record.
  const reasons = letters.map(({ reason }) => reason.replaceAll('\0', '').slice(0, reasonCharsMax));
  await execute(client, makeRoomStatement, [at.topicId, at.partition, ...columns]);
  await execute(client, insertStatement, [at.topicId, at.partition, ...columns, reasons, at.nowMs]);
}
