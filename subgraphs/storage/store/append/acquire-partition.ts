/** PERSIST: makes the caller the only writer of a partition. Called over gRPC by the ingest worker when it is assigned one. */
import type { Pool, PoolClient } from 'pg';
import type { AcquirePartitionRequest, AcquirePartitionResponse } from '#schema/generated/message_store.ts';
import { execute, inTransaction, query, retryConflicts } from '../db/statements.ts';
import { InvalidRequest, LogReplaced } from '../errors.ts';

/** Raises the owner epoch, so that what an earlier owner still sends is refused. Throws LogReplaced for a topic that is not ours. */
export async function acquirePartition(
  pool: Pool,
  { topicId, partition }: AcquirePartitionRequest,
): Promise<AcquirePartitionResponse> {
  if (topicId === '' || topicId.includes('\0') || partition < 0) {
    throw new InvalidRequest('topic_id or partition is not valid');
  }
  return retryConflicts(() =>
    inTransaction(pool, 'SET LOCAL synchronous_commit = on', async (client) => {
      await claimTopic(client, topicId);
      await execute(client, ensureLogStatement, [partition]);
      // Waits for a batch of the earlier owner that is being applied, so that what is read next includes it.
      const [progress] = await query<ProgressRow>(client, raiseStatement, [topicId, partition]);
      const [log] = await query<{ last_log_seq: number }>(client, readLogStatement, [partition]);
      if (progress === undefined || log === undefined) throw new Error('an upsert returned no row');
      return {
        ownerEpoch: progress.owner_epoch,
        nextOffset: progress.next_offset,
        lastLogSeq: log.last_log_seq,
        ...(progress.last_record_digest === null ? {} : { lastRecordDigest: progress.last_record_digest }),
      };
    }),
  );
}

interface ProgressRow {
  owner_epoch: number;
  next_offset: number;
  last_record_digest: Buffer | null;
}
/** A digest of another record than the one before next_offset was left by a store that did not keep digests yet: it says nothing. */
const raiseStatement = {
  name: 'acquire-raise',
  text: `INSERT INTO partition_progress AS p (topic_id, partition, next_offset, owner_epoch) VALUES ($1, $2, 0, 1)
    ON CONFLICT (topic_id, partition) DO UPDATE SET owner_epoch = p.owner_epoch + 1
    RETURNING owner_epoch, next_offset,
      CASE WHEN last_record_offset = next_offset - 1 THEN last_record_digest END AS last_record_digest`,
};
const ensureLogStatement = {
  name: 'acquire-ensure-log',
  text: `INSERT INTO partition_log (partition, last_log_seq, first_log_seq, last_logged_at_ms) VALUES ($1, 0, 1, 0)
    ON CONFLICT DO NOTHING`,
};
const readLogStatement = {
  name: 'acquire-read-log',
  text: 'SELECT last_log_seq FROM partition_log WHERE partition = $1',
};
const claimStatement = {
  name: 'acquire-claim-topic',
  text: 'UPDATE log_identity SET topic_id = $1 WHERE topic_id IS NULL',
};
const readTopicStatement = { name: 'acquire-read-topic', text: 'SELECT topic_id FROM log_identity' };

/** The first topic that is ever applied is the one this database belongs to. */
async function claimTopic(client: PoolClient, topicId: string): Promise<void> {
  let [identity] = await query<{ topic_id: string | null }>(client, readTopicStatement, []);
  if (identity?.topic_id === null) {
    await execute(client, claimStatement, [topicId]);
    [identity] = await query<{ topic_id: string | null }>(client, readTopicStatement, []);
  }
  if (identity?.topic_id !== topicId) {
    throw new LogReplaced(`this database belongs to topic ${identity?.topic_id}, not to ${topicId}`);
  }
}
