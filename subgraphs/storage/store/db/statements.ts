/**
 * How the store speaks SQL: named prepared statements, transactions, and errors sorted into what the caller has to do about them.
 * Called by append/ and read/.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool, PoolClient, QueryResult } from 'pg';
import pg from 'pg';

export interface Statement {
  /** Each connection prepares it once under this name; empty: planned anew each time. */
  readonly name: string;
  readonly text: string;
}

/** Postgres did not answer or gave up for want of time or room; whether a COMMIT took effect is not known. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** The transaction lost against another one and was undone: run it again. */
export class TransactionConflict extends Error {}

/** An insert met rows that the state it was decided on did not show. */
export class RowsExist extends TransactionConflict {}

const triesMax = 5;
const retryPauseMaxMs = 20;
const int8Oid = 20;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8Oid ? toSafeInteger : pg.types.getTypeParser(oid, format),
};

/** Serialization failure, deadlock. */
const conflictCodes: ReadonlySet<string> = new Set(['40001', '40P01']);
/** Lock not available, statement cancelled, shutting down, crashed, starting up, idle in transaction, read-only after a failover. */
const unavailableCodes: ReadonlySet<string> = new Set([
  '55P03',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  '25006',
]);
/** Connection exception, insufficient resources, system error. */
const unavailableClasses: ReadonlySet<string> = new Set(['08', '53', '58']);

/** Rows of a statement; int8 columns come as numbers. Throws DatabaseUnavailable, TransactionConflict, or pg's DatabaseError. */
export async function query<Row extends object>(
  database: Pool | PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  return (await run<Row>(database, statement, values)).rows;
}

/** Like query; the number of rows written. */
export async function execute(
  database: Pool | PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<number> {
  return (await run(database, statement, values)).rowCount ?? 0;
}

/**
 * Runs `work` in one READ COMMITTED transaction and commits. `settings` are further statements sent with BEGIN. Nothing of the work
 * is kept when it throws; a failed COMMIT is DatabaseUnavailable, because it may have taken effect.
 */
export async function inTransaction<T>(
  pool: Pool,
  settings: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await sorted(pool.connect());
  let isClean = false;
  try {
    await sorted(client.query(`BEGIN; ${settings}`));
    const result = await work(client);
    const commit = await sorted(client.query('COMMIT'));
    if (commit.command !== 'COMMIT') throw new Error(`COMMIT answered ${commit.command}`);
    isClean = true;
    return result;
  } catch (error) {
    isClean = !(error instanceof DatabaseUnavailable) && (await rollback(client));
    throw error;
  } finally {
    // A connection in an unknown state is closed, not reused.
    client.release(!isClean);
  }
}

/** Runs `attempt` again, after a short random pause, as long as it ends in TransactionConflict; the last try's error is thrown. */
export async function retryConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransactionConflict) || tries === triesMax) throw error;
      await delay(Math.random() * retryPauseMaxMs * tries);
    }
  }
}

async function rollback(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

function run<Row extends object>(
  database: Pool | PoolClient,
  { name, text }: Statement,
  values: readonly unknown[],
): Promise<QueryResult<Row>> {
  return sorted(database.query<Row>({ name, text, values: [...values], types }));
}

async function sorted<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) {
      throw new DatabaseUnavailable('Postgres does not answer', { cause: error });
    }
    const code = error.code ?? '';
    if (conflictCodes.has(code)) throw new TransactionConflict(error.message, { cause: error });
    if (isUnavailable(code)) throw new DatabaseUnavailable(error.message, { cause: error });
    throw error;
  }
}

/** Whether a SQLSTATE says that Postgres can't serve now, whatever the statement. */
export function isUnavailable(code: string): boolean {
  return unavailableCodes.has(code) || unavailableClasses.has(code.slice(0, 2));
}

function toSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a number`);
  return value;
}
