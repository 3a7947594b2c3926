/**
 * What stands between the store and the log, and where the store would go on: the same comparison as storage's log-check.ts, for all
 * partitions at once. Called by accept-new-log.ts.
 */
import type pg from 'pg';
import { fetchEnds, fetchStarts } from '#platform/kafka/log-ends.ts';
import { searchTail } from '#platform/kafka/log-tail.ts';
import { pickNewestLogSeq } from '../../subgraphs/storage/ingest/log-check.ts';
import type { KafkaAccess } from './installation.ts';
import { OperatorError } from './operator-command.ts';

/** As many as a worker looks at before it refuses. */
const eventsLookedAtMax = 10_000;

export interface PartitionPlan {
  readonly partition: number;
  /** Commands the log holds: from the first offset to before the second. */
  readonly start: bigint;
  readonly end: bigint;
  /** Offset up to which commands are applied; 0 when this topic never was. */
  readonly applied: bigint;
  /** Offset at which the store goes on. */
  readonly next: bigint;
  readonly lastLogSeq: number;
  /** Why the store does not go on by itself; null when it does. */
  readonly reason: string | null;
  /** chat.events holds newer events than the store: they are deleted there, or their numbers would be taken. */
  readonly deletesEvents: boolean;
}

export interface NewLogPlan {
  readonly storedTopicId: string;
  readonly topicId: string;
  readonly logEpoch: string;
  readonly partitions: readonly PartitionPlan[];
}

export interface Progress {
  readonly topicId: string | null;
  readonly logEpoch: string;
  readonly appliedByPartition: ReadonlyMap<number, bigint>;
  readonly lastLogSeqByPartition: ReadonlyMap<number, number>;
}

/** How far the store has applied its topic. */
export async function readProgress(database: pg.Client): Promise<Progress> {
  const identity = await database.query<{ topic_id: string | null; log_epoch: string }>(
    'SELECT topic_id, log_epoch FROM log_identity',
  );
  const { topic_id: topicId = null, log_epoch: logEpoch = '' } = identity.rows[0] ?? {};
  const progress = await database.query<{ partition: number; next_offset: string }>(
    'SELECT partition, next_offset FROM partition_progress WHERE topic_id = $1',
    [topicId],
  );
  const logs = await database.query<{ partition: number; last_log_seq: string }>(
    'SELECT partition, last_log_seq FROM partition_log',
  );
  return {
    topicId,
    logEpoch,
    appliedByPartition: new Map(progress.rows.map((row) => [row.partition, BigInt(row.next_offset)])),
    lastLogSeqByPartition: new Map(logs.rows.map((row) => [row.partition, Number(row.last_log_seq)])),
  };
}

/** Null when the store has never applied any log. Throws OperatorError when the topic can't be the one to go on with. */
export async function planNewLog(progress: Progress, access: KafkaAccess): Promise<NewLogPlan | null> {
  const { topicId: storedTopicId, logEpoch, lastLogSeqByPartition } = progress;
  if (storedTopicId === null) return null;
  const { link, commandsTopic, eventsTopic, commands } = access;
  const needed = Math.max(...lastLogSeqByPartition.keys()) + 1;
  if (commands.partitions < needed) {
    throw new OperatorError(
      `${commandsTopic} has ${commands.partitions} partitions, but conversations are on ${needed}: they stay on theirs for ever.`,
      `Give ${commandsTopic} and ${eventsTopic} at least ${needed} partitions, then run this again.`,
    );
  }
  const cluster = await link.use();
  const [starts, ends] = [await fetchStarts(cluster, commandsTopic), await fetchEnds(cluster, commandsTopic)];
  const isSameTopic = storedTopicId === commands.topicId;
  const partitions: PartitionPlan[] = [];
  for (let partition = 0; partition < commands.partitions; partition += 1) {
    const found = await searchTail({
      ...{ link, topic: eventsTopic, partition, recordsMax: eventsLookedAtMax },
      pick: pickNewestLogSeq,
    });
    const lastLogSeq = lastLogSeqByPartition.get(partition) ?? 0;
    const bounds = { start: starts.get(partition) ?? 0n, end: ends.get(partition) ?? 0n };
    const applied = isSameTopic ? (progress.appliedByPartition.get(partition) ?? 0n) : 0n;
    const deletesEvents = found !== null && found > lastLogSeq;
    const logReason = isSameTopic ? compare(bounds, applied) : 'the topic was made anew';
    const reason = logReason ?? (deletesEvents ? `events up to ${found} were published` : null);
    const next = logReason === null ? applied : bounds.start;
    partitions.push({ partition, ...bounds, applied, next, lastLogSeq, reason, deletesEvents });
  }
  return { storedTopicId, topicId: commands.topicId, logEpoch, partitions };
}

function compare({ start, end }: { start: bigint; end: bigint }, applied: bigint): string | null {
  if (applied > end) return 'the log has lost its end';
  return applied < start ? `${start - applied} commands expired before they were applied` : null;
}
