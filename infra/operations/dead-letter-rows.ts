/** The table dead_letter as an operator sees it. Called by dead-letters.ts and dead-letter-replay.ts. */
import type pg from 'pg';
import { OperatorError } from './operator-command.ts';

export interface DeadLetter {
  readonly topicId: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer;
  readonly value: Buffer;
  /** Of the whole value, of which the table may hold only the beginning. */
  readonly valueBytes: number;
  readonly reason: string;
  readonly storedAt: Date;
  readonly replayed: { readonly at: Date; readonly offset: bigint } | null;
  readonly discarded: { readonly at: Date; readonly reason: string } | null;
}

/** Which letter is meant; without a topic the one of that place must be the only one. */
export interface LetterPlace {
  readonly partition: number;
  readonly offset: bigint;
  readonly topicId: string | undefined;
}

interface Row {
  topic_id: string;
  partition: number;
  record_offset: string;
  key: Buffer;
  value: Buffer;
  value_bytes: number;
  reason: string;
  stored_at_ms: string;
  replayed_at_ms: string | null;
  replayed_offset: string | null;
  discarded_at_ms: string | null;
  discard_reason: string | null;
}

const open = 'replayed_at_ms IS NULL AND discarded_at_ms IS NULL';

/** As they stand in the log, whatever the clock said; only those nobody has dealt with, unless all are asked for. */
export async function listLetters(
  database: pg.Client,
  { all, limit }: { all: boolean; limit: number },
): Promise<DeadLetter[]> {
  const { rows } = await database.query<Row>(
    `SELECT * FROM dead_letter ${all ? '' : `WHERE ${open}`} ORDER BY topic_id, partition, record_offset LIMIT $1`,
    [limit],
  );
  return rows.map(toLetter);
}

/** How many there are, and how many of them nobody has dealt with. */
export async function countLetters(database: pg.Client): Promise<{ all: number; open: number }> {
  const { rows } = await database.query<{ all: string; open: string }>(
    `SELECT count(*) AS all, count(*) FILTER (WHERE ${open}) AS open FROM dead_letter`,
  );
  return { all: Number(rows[0]?.all ?? 0), open: Number(rows[0]?.open ?? 0) };
}

/** Throws OperatorError when there is none or more than one. `lock` keeps others from it until the transaction ends. */
export async function findLetter(
  database: pg.Client,
  { partition, offset, topicId }: LetterPlace,
  lock = '',
): Promise<DeadLetter> {
  const { rows } = await database.query<Row>(
    `SELECT * FROM dead_letter WHERE partition = $1 AND record_offset = $2 AND ($3::text IS NULL OR topic_id = $3) ${lock}`,
    [partition, String(offset), topicId ?? null],
  );
  const [row, other] = rows;
  if (row === undefined) {
    throw new OperatorError(
      `There is no dead letter of partition ${partition}, offset ${offset}.`,
      'npm run dead-letters -- --all lists them.',
    );
  }
  if (other !== undefined) {
    const ids = rows.map((one) => one.topic_id).join(', ');
    throw new OperatorError(
      `Several topics had a dead letter of partition ${partition}, offset ${offset}.`,
      `Say which with --topic: ${ids}.`,
    );
  }
  return toLetter(row);
}

export async function markReplayed(
  database: pg.Client,
  { topicId, partition, offset }: DeadLetter,
  replayedOffset: bigint,
): Promise<void> {
  await database.query(
    `UPDATE dead_letter SET replayed_at_ms = $4, replayed_offset = $5
      WHERE topic_id = $1 AND partition = $2 AND record_offset = $3`,
    [topicId, partition, String(offset), Date.now(), String(replayedOffset)],
  );
}

export async function markDiscarded(
  database: pg.Client,
  { topicId, partition, offset }: DeadLetter,
  reason: string,
): Promise<void> {
  await database.query(
    `UPDATE dead_letter SET discarded_at_ms = $4, discard_reason = $5
      WHERE topic_id = $1 AND partition = $2 AND record_offset = $3`,
    [topicId, partition, String(offset), Date.now(), reason],
  );
}

function toLetter(row: Row): DeadLetter {
  const { replayed_at_ms: replayedAtMs, replayed_offset: replayedOffset } = row;
  const { discarded_at_ms: discardedAtMs, discard_reason: discardReason } = row;
  return {
    topicId: row.topic_id,
    partition: row.partition,
    offset: BigInt(row.record_offset),
    key: row.key,
    value: row.value,
    valueBytes: row.value_bytes,
    reason: row.reason,
    storedAt: new Date(Number(row.stored_at_ms)),
    replayed:
      replayedAtMs === null
        ? null
        : { at: new Date(Number(replayedAtMs)), offset: BigInt(replayedOffset ?? 0) },
    discarded:
      discardedAtMs === null ? null : { at: new Date(Number(discardedAtMs)), reason: discardReason ?? '' },
  };
}
