/**
 * PERSIST 2/3: a batch of commands -> one transaction: fence, lock, decide, number, write. Called over gRPC by the ingest worker, calls
 * decode-command.ts, load.ts, ../decide/decide.ts, write.ts. What it returns is published by the worker after the commit.
 *
 * A reader never sees a number without what it counts: counters and rows are written by one transaction, so a snapshot has both or
 * neither; and the next batch of the partition, or of the conversation, gets their locks only when this one is visible as committed.
 */
import type { Pool, PoolClient } from 'pg';
import { DatabaseError } from 'pg';
import { reachFailPoint } from '#platform/fail-points.ts';
import type { Logger } from '#platform/logger.ts';
import { digestCommand } from '#schema/command-digest.ts';
import type { LogRecord } from '#schema/generated/events.ts';
import type { AppendRequest, AppendResponse, CommandRecord } from '#schema/generated/message_store.ts';
import { execute, inTransaction, query, RowsExist, retryConflicts } from '../db/statements.ts';
import { handleCommand } from '../decide/decide.ts';
import type { BatchState, ParsedCommand } from '../decide/state.ts';
import { createBatchState } from '../decide/state.ts';
import { Fenced, InvalidRequest } from '../errors.ts';
import type { DeadLetter } from './dead-letters.ts';
import { writeDeadLetters } from './dead-letters.ts';
import { decodeCommand } from './decode-command.ts';
import { loadState } from './load.ts';
import { writeChanges } from './write.ts';

export interface AppendDependencies {
  readonly pool: Pool;
  readonly logger: Logger;
}

/** Deciding threw: a bug, met by this batch. */
class Undecidable extends Error {
  override readonly name = 'Undecidable';
}

const recordsMax = 5_000;
/**
 * Every lookup of this transaction is by index. The planner is told so, because a statement prepared while a table was empty would
 * keep reading all of it while it grows.
 */
const settings = `SET LOCAL synchronous_commit = on; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off`;

/** Applies the batch; throws Fenced, InvalidRequest, DatabaseUnavailable (then it may have been applied) or TransactionConflict. */
export async function append(
  dependencies: AppendDependencies,
  request: AppendRequest,
): Promise<AppendResponse> {
  checkRequest(request);
  if (request.records.length === 0) {
    return { records: [], nextOffset: request.expectedOffset, deadLetterCount: 0 };
  }
  return appendIsolating(dependencies, request);
}

/**
 * When the batch holds something that can't be stored it is cut in halves, until the record at fault stands alone and becomes a dead
 * letter: a bad record never blocks its partition.
 */
async function appendIsolating(
  dependencies: AppendDependencies,
  request: AppendRequest,
): Promise<AppendResponse> {
  const { records } = request;
  try {
    const response = await retryConflicts(() => appendBatch(dependencies.pool, request, null));
    reachFailPoint('append.committed');
    return response;
  } catch (error) {
    if (!isPoison(error)) throw error;
    dependencies.logger.error(
      { err: error, partition: request.partition, offset: records[0]?.offset, records: records.length },
      'a batch could not be stored',
    );
    if (records.length === 1) return appendBatch(dependencies.pool, request, String(error));
  }
  const middle = Math.ceil(records.length / 2);
  const first = await appendIsolating(dependencies, { ...request, records: records.slice(0, middle) });
  const rest = { ...request, expectedOffset: first.nextOffset, records: records.slice(middle) };
  const second = await appendIsolating(dependencies, rest);
  return {
    records: [...first.records, ...second.records],
    nextOffset: second.nextOffset,
    deadLetterCount: first.deadLetterCount + second.deadLetterCount,
  };
}

/** `poison` not null: why none of these records is to be applied. */
function appendBatch(pool: Pool, request: AppendRequest, poison: string | null): Promise<AppendResponse> {
  const nowMs = Date.now();
  const letters: DeadLetter[] = [];
  const commands =
    poison === null ? decodeAll(request.records, letters) : new Map<CommandRecord, ParsedCommand>();
  if (poison !== null) letters.push(...request.records.map((record) => ({ record, reason: poison })));
  return inTransaction(pool, settings, async (client) => {
    const nextOffset = await fence(client, request);
    const log = await lockLog(client, request.partition);
    const state = createBatchState({ partition: request.partition, nowMs, lastLogSeq: log.lastLogSeq });
    await loadState(client, state, [...commands.values()]);
    const records = decideAll(state, commands, letters);
    const loggedAtMs = Math.max(nowMs, log.lastLoggedAtMs);
    await writeChanges(client, state.changes, { loggedAtMs, nowMs });
    await writeDeadLetters(client, { ...request, nowMs }, letters);
    if (state.changes.events.length > 0) {
      await execute(client, advanceLogStatement, [request.partition, state.lastLogSeq, loggedAtMs]);
    }
    reachFailPoint('append.written');
    return { records, nextOffset, deadLetterCount: letters.length };
  });
}

function checkRequest({ records, expectedOffset, topicId, partition }: AppendRequest): void {
  if (topicId === '' || partition < 0) throw new InvalidRequest('topic_id or partition is not valid');
  if (records.length > recordsMax) throw new InvalidRequest(`more than ${recordsMax} records`);
  let last = expectedOffset - 1;
  for (const { offset } of records) {
    if (offset <= last) throw new InvalidRequest(`offset ${offset} comes after ${last}`);
    last = offset;
  }
}

function decodeAll(
  records: readonly CommandRecord[],
  letters: DeadLetter[],
): Map<CommandRecord, ParsedCommand> {
  const commands = new Map<CommandRecord, ParsedCommand>();
  for (const record of records) {
    const decoded = decodeCommand(record);
    if (decoded.kind === 'command') commands.set(record, decoded.command);
    else letters.push({ record, reason: decoded.reason });
  }
  return commands;
}

function decideAll(
  state: BatchState,
  commands: ReadonlyMap<CommandRecord, ParsedCommand>,
  letters: DeadLetter[],
): LogRecord[] {
  const records: LogRecord[] = [];
  for (const [record, command] of commands) {
    const handling = decideOne(state, command);
    if (handling.kind === 'records') records.push(...handling.records);
    else letters.push({ record, reason: handling.reason });
  }
  return records;
}

function decideOne(state: BatchState, command: ParsedCommand): ReturnType<typeof handleCommand> {
  try {
    return handleCommand(state, command);
  } catch (error) {
    throw new Undecidable(`${command.body.$case} could not be decided`, { cause: error });
  }
}

const fenceStatement = {
  name: 'append-fence',
  text: `UPDATE partition_progress SET next_offset = $5, last_record_offset = $5::bigint - 1, last_record_digest = $6
    WHERE topic_id = $1 AND partition = $2 AND owner_epoch = $3 AND next_offset = $4
      AND EXISTS (SELECT FROM log_identity WHERE topic_id = $1)`,
};
const lockLogStatement = {
  name: 'append-lock-log',
  text: 'SELECT last_log_seq, last_logged_at_ms FROM partition_log WHERE partition = $1 FOR NO KEY UPDATE',
};
const advanceLogStatement = {
  name: 'append-advance-log',
  text: 'UPDATE partition_log SET last_log_seq = $2, last_logged_at_ms = $3 WHERE partition = $1',
};

/** Compare and set: whoever else holds or gets this partition makes it fail. Returns the new next offset. */
async function fence(client: PoolClient, request: AppendRequest): Promise<number> {
  const { topicId, partition, ownerEpoch, expectedOffset, records } = request;
  const last = records.at(-1);
  if (last === undefined) throw new InvalidRequest('a batch has at least one record');
  const nextOffset = last.offset + 1;
  const values = [topicId, partition, ownerEpoch, expectedOffset, nextOffset, digestCommand(last)];
  if ((await execute(client, fenceStatement, values)) !== 1) {
    throw new Fenced(
      `partition ${partition} has another owner or stands at another offset than ${expectedOffset}`,
    );
  }
  return nextOffset;
}

async function lockLog(
  client: PoolClient,
  partition: number,
): Promise<{ lastLogSeq: number; lastLoggedAtMs: number }> {
  type Row = { last_log_seq: number; last_logged_at_ms: number };
  const [row] = await query<Row>(client, lockLogStatement, [partition]);
  if (row === undefined) throw new Fenced(`partition ${partition} was never acquired`);
  return { lastLogSeq: row.last_log_seq, lastLoggedAtMs: row.last_logged_at_ms };
}

/** Data exception, integrity violation, limit exceeded. */
const poisonClasses: ReadonlySet<string> = new Set(['22', '23', '54']);

/** Whether the fault is in what was to be stored, and not in the database or in another writer. */
function isPoison(error: unknown): boolean {
  if (error instanceof DatabaseError) return poisonClasses.has((error.code ?? '').slice(0, 2));
  return error instanceof RowsExist || error instanceof Undecidable;
}
