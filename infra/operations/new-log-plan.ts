/**
 * What stands between the store and the log, and where the store would go on: what storage's log-check.ts compares, for all partitions
 * at once. Called by accept-new-log.ts.
 */
import type pg from 'pg';
import { fetchEnds, fetchStarts } from '#platform/kafka/log-ends.ts';
import { readRecord } from '#platform/kafka/log-range.ts';
import { searchTail } from '#platform/kafka/log-tail.ts';
import type { Applied, Misfit } from '../../subgraphs/storage/ingest/log-check.ts';
import { eventsLookedAtMax, findMisfit, pickNewestLogSeq } from '../../subgraphs/storage/ingest/log-check.ts';
import type { KafkaAccess } from './installation.ts';
import { OperatorError } from './operator-command.ts';

export interface PartitionPlan {
  readonly partition: number;
  /** Commands the log holds: from the first offset to before the second. */
  readonly start: bigint;
  readonly end: bigint;
  /** Offset up to which commands are applied; null when none of this topic ever was. */
  readonly applied: bigint | null;
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

type AppliedByPartition = ReadonlyMap<number, Applied>;

/** How far the store has applied a topic, also one that it is not tied to any more. */
export async function readApplied(database: pg.Client, topicId: string): Promise<AppliedByPartition> {
  const { rows } = await database.query<{ partition: number; next_offset: string; digest: Buffer | null }>(
    `SELECT partition, next_offset, CASE WHEN last_record_offset = next_offset - 1 THEN last_record_digest END AS digest
      FROM partition_progress WHERE topic_id = $1`,
    [topicId],
  );
  return new Map(
    rows.map(({ partition, next_offset: nextOffset, digest: lastRecordDigest }) => [
      partition,
      { nextOffset: BigInt(nextOffset), lastRecordDigest },
    ]),
  );
}

/** Null when the store has never applied any log. Throws OperatorError when the topic can't be the one to go on with. */
export async function planNewLog(database: pg.Client, access: KafkaAccess): Promise<NewLogPlan | null> {
  const { rows } = await database.query<{ topic_id: string | null; log_epoch: string }>(
    'SELECT topic_id, log_epoch FROM log_identity',
  );
  const { topic_id: storedTopicId = null, log_epoch: logEpoch = '' } = rows[0] ?? {};
  if (storedTopicId === null) return null;
  await requirePartitions(database, access);
  const { link, commandsTopic, commands } = access;
  // Before the ends: a command is in the log before it is applied.
  const appliedByPartition = await readApplied(database, commands.topicId);
  const cluster = await link.use();
  const [starts, ends] = [await fetchStarts(cluster, commandsTopic), await fetchEnds(cluster, commandsTopic)];
  const partitions: PartitionPlan[] = [];
  for (let partition = 0; partition < commands.partitions; partition += 1) {
    const bounds = { start: starts.get(partition) ?? 0n, end: ends.get(partition) ?? 0n };
    const plan = await planPartition(access, {
      database,
      partition,
      bounds,
      storedTopicId,
      appliedByPartition,
    });
    partitions.push(plan);
  }
  return { storedTopicId, topicId: commands.topicId, logEpoch, partitions };
}

async function requirePartitions(
  database: pg.Client,
  { commandsTopic, eventsTopic, commands }: KafkaAccess,
): Promise<void> {
  const { rows } = await database.query<{ needed: number }>(
    'SELECT coalesce(max(partition) + 1, 0) AS needed FROM partition_log',
  );
  const needed = rows[0]?.needed ?? 0;
  if (commands.partitions >= needed) return;
  throw new OperatorError(
    `${commandsTopic} has ${commands.partitions} partitions, but conversations are on ${needed}: they stay on theirs for ever.`,
    `Give ${commandsTopic} and ${eventsTopic} at least ${needed} partitions, then run this again.`,
  );
}

interface Place {
  readonly database: pg.Client;
  readonly partition: number;
  readonly bounds: { readonly start: bigint; readonly end: bigint };
  readonly storedTopicId: string;
  readonly appliedByPartition: AppliedByPartition;
}

async function planPartition(access: KafkaAccess, place: Place): Promise<PartitionPlan> {
  const { link, commandsTopic, eventsTopic, commands } = access;
  const { database, partition, bounds, storedTopicId, appliedByPartition } = place;
  const isSameTopic = storedTopicId === commands.topicId;
  const isKnown = isSameTopic || appliedByPartition.size > 0;
  const applied = appliedByPartition.get(partition) ?? { nextOffset: 0n, lastRecordDigest: null };
  const misfit = await findMisfit(applied, bounds, (offset) =>
    readRecord(link, { topic: commandsTopic, partition, offset }),
  );
  const found = await searchTail({
    ...{ link, topic: eventsTopic, partition, recordsMax: eventsLookedAtMax },
    pick: pickNewestLogSeq,
  });
  // After the search: an event is stored before it is published.
  const lastLogSeq = await readLastLogSeq(database, partition);
  const deletesEvents = found !== null && found > lastLogSeq;
  let reason: string | null = null;
  if (!isKnown) reason = 'the topic was made anew';
  else if (misfit !== null) reason = describe(misfit, bounds.start - applied.nextOffset);
  else if (!isSameTopic) reason = 'another topic was accepted since';
  else if (deletesEvents) reason = `events up to ${found} were published`;
  return {
    ...{ partition, ...bounds, lastLogSeq, reason, deletesEvents },
    applied: isKnown ? applied.nextOffset : null,
    next: misfit === null ? applied.nextOffset : bounds.start,
  };
}

async function readLastLogSeq(database: pg.Client, partition: number): Promise<number> {
  const { rows } = await database.query<{ last_log_seq: string }>(
    'SELECT last_log_seq FROM partition_log WHERE partition = $1',
    [partition],
  );
  return Number(rows[0]?.last_log_seq ?? 0);
}

function describe(misfit: Misfit, expired: bigint): string {
  switch (misfit) {
    case 'cut':
      return 'the log has lost its end';
    case 'replaced':
      return 'the log has lost its end and has grown again';
    case 'expired':
      return `${expired} commands expired before they were applied`;
  }
}
