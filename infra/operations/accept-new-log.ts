/**
 * `npm run accept-new-log`: after Kafka was recreated or lost data, or Postgres was restored from an older copy, tells the store to go
 * on with the log that is there. Run through infra/bootstrap.mjs; docs/operations.md says when.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { StackSettings } from '../stack/settings.ts';
import type { KafkaAccess } from './installation.ts';
import { connectDatabase, connectKafka } from './installation.ts';
import type { NewLogPlan } from './new-log-plan.ts';
import { planNewLog, readApplied } from './new-log-plan.ts';
import { OperatorError, runOperatorCommand } from './operator-command.ts';

const help = `npm run accept-new-log -- [--yes]

For when storage says "commands are NOT applied: the log and the store do not match" and what is missing can't be brought back.
Says which partitions are concerned, at which offsets the store would go on, and what clients will see; with --yes does it.
Changes nothing when log and store match, or while commands are still being applied. Processes may run meanwhile: whoever works a
partition is shut out and looks again.

For the installation of npm start in this folder, or the one that STORAGE_DATABASE_URL, KAFKA_BROKERS and KAFKA_TOPIC_PREFIX name.
`;
/** Long enough for a worker under traffic to show itself. */
const watchMs = 3_000;

await runOperatorCommand({
  help,
  options: { yes: { type: 'boolean' } },
  async run({ flags }, settings) {
    const database = await connectDatabase(settings);
    try {
      await acceptNewLog(database, settings, flags.has('yes'));
    } finally {
      await database.end();
    }
  },
});

async function acceptNewLog(database: pg.Client, settings: StackSettings, isSure: boolean): Promise<void> {
  await using access = await connectKafka(settings);
  const plan = await planNewLog(database, access);
  if (plan === null)
    return print('This database has never applied a log: it takes the first one it is given.');
  if (plan.partitions.every(({ reason }) => reason === null)) {
    return print('The log and the store match: there is nothing to accept, and nothing was changed.');
  }
  print(describe(plan, access));
  await requireIdle(database, plan);
  if (!isSure) {
    throw new OperatorError(
      'Nothing was changed.',
      'To do this: npm run accept-new-log -- --yes. If a newer backup or the old Kafka data exists, bring it back instead.',
    );
  }
  await apply(database, plan);
  await deleteEvents(plan, access);
  print('Accepted. Storage goes on within seconds.');
}

/** A worker that applies commands is on a log that matches: then the addresses given here are wrong, not the log. */
async function requireIdle(database: pg.Client, { storedTopicId, partitions }: NewLogPlan): Promise<void> {
  const before = await readApplied(database, storedTopicId);
  await delay(watchMs);
  const after = await readApplied(database, storedTopicId);
  for (const { partition, reason } of partitions) {
    const earlier = before.get(partition)?.nextOffset;
    const applied = after.get(partition)?.nextOffset;
    if (reason === null || applied === earlier) continue;
    throw new OperatorError(
      `Storage is applying commands of partition ${partition} right now (offset ${earlier} -> ${applied}): it works with a log that matches.`,
      'Check that KAFKA_BROKERS, KAFKA_TOPIC_PREFIX and STORAGE_DATABASE_URL name the same installation. If they do, stop storage first.',
    );
  }
}

/** One transaction. What a worker has in its hands is fenced by the owner epoch, or by the topic when that is another one. */
async function apply(database: pg.Client, { logEpoch, topicId, partitions }: NewLogPlan): Promise<void> {
  await database.query('BEGIN');
  try {
    const { rowCount } = await database.query(
      `UPDATE log_identity SET topic_id = $1, log_epoch = left(replace(gen_random_uuid()::text, '-', ''), 16)
        WHERE log_epoch = $2`,
      [topicId, logEpoch],
    );
    if (rowCount !== 1) {
      throw new OperatorError(
        'Somebody else accepted a log meanwhile.',
        'Run this again to see where it stands.',
      );
    }
    for (const { partition, next, reason } of partitions) {
      await database.query(
        `INSERT INTO partition_progress AS p (topic_id, partition, next_offset, owner_epoch) VALUES ($1, $2, $3, 1)
          ON CONFLICT (topic_id, partition) DO UPDATE SET owner_epoch = p.owner_epoch + 1,
            next_offset = CASE WHEN $4 THEN excluded.next_offset ELSE p.next_offset END`,
        [topicId, partition, String(next), reason !== null],
      );
    }
    await database.query('COMMIT');
  } catch (error) {
    await database.query('ROLLBACK');
    throw error;
  }
}

/** After the transaction: until then, and if this process ends in between, the newer events are what makes storage refuse. */
async function deleteEvents({ partitions }: NewLogPlan, { kafka, eventsTopic }: KafkaAccess): Promise<void> {
  const doomed = partitions.filter(({ deletesEvents }) => deletesEvents);
  if (doomed.length === 0) return;
  const admin = kafka.admin();
  await admin.connect();
  try {
    const toTheEnd = '-1';
    // kafkajs looks for the leaders in what it knows of the topic, and learns that only from other requests.
    await admin.fetchTopicOffsets(eventsTopic);
    await admin.deleteTopicRecords({
      topic: eventsTopic,
      partitions: doomed.map(({ partition }) => ({ partition, offset: toTheEnd })),
    });
  } catch (error) {
    throw new OperatorError(
      `The log is accepted, but records of ${eventsTopic} could not be deleted: ${(error as Error).message}.`,
      'Storage still refuses these partitions. Run this again once Kafka answers.',
    );
  } finally {
    await admin.disconnect();
  }
}

function describe(plan: NewLogPlan, { commandsTopic, eventsTopic }: KafkaAccess): string {
  const { storedTopicId, topicId, partitions } = plan;
  const rows = partitions.map(({ partition, start, end, applied, next, lastLogSeq, reason }) => [
    String(partition),
    `${start} to ${end}`,
    String(applied ?? 'nothing'),
    String(next),
    String(end - next),
    String(lastLogSeq),
    reason ?? 'matches, stays as it is',
  ]);
  const header = ['partition', 'commands', 'applied', 'goes on at', 'to read', 'last event', 'why'];
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const table = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const doomed = partitions.filter(({ deletesEvents }) => deletesEvents).map(({ partition }) => partition);
  return [
    topicId === storedTopicId
      ? `${commandsTopic} is the topic the store has applied (${topicId}).`
      : `${commandsTopic} is now topic ${topicId}; the store has applied ${storedTopicId}.`,
    '',
    ...table,
    '',
    'Commands to read that were decided before are recognised as repeats; what is not in the log any more and was not applied is lost.',
    ...(doomed.length === 0
      ? []
      : [
          `Records of ${eventsTopic} in partition ${doomed.join(', ')} are deleted: clients saw events the store does not have.`,
        ]),
    'Messages and their numbers stay, new ones go on after them. Every cursor that clients hold is answered with',
    'ResyncRequired(LOG_REPLACED) on streams and STALE on the query; they reload.',
  ].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
