/**
 * Postgres for a process: one bounded pool with a deadline on every step, MikroORM over such a pool, migrations under an advisory lock.
 * Used by subgraphs/auth/db and the message store. A connection that breaks is logged and replaced, it never ends the process.
 */

import type { Migration } from '@mikro-orm/migrations';
import { Migrator } from '@mikro-orm/migrations';
import type { AnyEntity, EntityClass, EntitySchema } from '@mikro-orm/postgresql';
import {
  ConnectionException,
  DriverException,
  LockWaitTimeoutException,
  MikroORM,
} from '@mikro-orm/postgresql';
import type { PoolClient, PoolConfig } from 'pg';
import { Client, Pool } from 'pg';
import { awaitDependency } from './dependency.ts';
import type { Logger } from './logger.ts';

const connectTimeoutMs = 2_000;
const statementTimeoutMs = 4_000;
const lockTimeoutMs = 2_000;
const idleInTransactionTimeoutMs = 10_000;
/** For an answer that never comes: above the server's own limit, so that the server speaks first when it can. */
const answerTimeoutMs = 5_000;
const keepAliveMs = 10_000;
const idleConnectionMs = 60_000;
/** Connections are replaced now and then, and with them the plans of their prepared statements. */
const connectionLifeS = 10 * 60;
/** How long the user of a connection that ended has for releasing it. */
const leakGraceMs = 500;
/** Names the migration lock among the advisory locks of a database. */
const migrationLockId = 7_303_014;
const migrationConnectTimeoutMs = 10_000;

export interface PostgresOptions {
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly connectionsMax: number;
  readonly logger: Logger;
}

export interface OrmOptions extends PostgresOptions {
  readonly entities: readonly (EntityClass<AnyEntity> | EntitySchema)[];
  /** In the order in which they run; names never change once released. */
  readonly migrations: readonly NamedMigration[];
}

export interface NamedMigration {
  readonly name: string;
  readonly class: new (...args: ConstructorParameters<typeof Migration>) => Migration;
}

/** A pool of at most `connectionsMax` connections. Connects lazily; the caller ends it with `pool.end()`. */
export function createPool(options: PostgresOptions): Pool {
  const pool = new Pool({ connectionString: options.url, ...toPoolConfig(options) });
  logBrokenConnections(pool, options.logger);
  return pool;
}

/** MikroORM over a pool like createPool's; the caller ends it with `orm.close()`. Connects lazily; run `migrate` first. */
export function createOrm(options: OrmOptions): Promise<MikroORM> {
  return initOrm(options, toPoolConfig(options));
}

/** The pool under an ORM, for statements that the ORM would only slow down. */
export async function poolOf(orm: MikroORM): Promise<Pool> {
  return (await orm.em.getConnection().getNativeClient()) as Pool;
}

/**
 * Waits until Postgres answers, then runs the migrations that this database lacks; copies that start together wait for each other.
 * Statements have no deadline here: a migration takes as long as it takes. One that broke off has left nothing and is begun again.
 */
export function migrate(options: OrmOptions, signal: AbortSignal): Promise<void> {
  const postgres = { name: 'Postgres', isAway: isUnavailable };
  return awaitDependency(postgres, () => runMigrations(options), { logger: options.logger, signal });
}

async function runMigrations(options: OrmOptions): Promise<void> {
  const lock = new Client({
    connectionString: options.url,
    application_name: `${options.applicationName} migration lock`,
    connectionTimeoutMillis: migrationConnectTimeoutMs,
    keepAlive: true,
  });
  lock.on('error', (error) =>
    options.logger.error({ err: error }, 'the connection that holds the migration lock broke'),
  );
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLockId]);
    const orm = await initOrm(options, {
      max: 1,
      connectionTimeoutMillis: migrationConnectTimeoutMs,
      keepAlive: true,
    });
    try {
      const done = await orm.migrator.up();
      if (done.length > 0) options.logger.info({ migrations: done.map(({ name }) => name) }, 'migrated');
    } finally {
      await orm.close(true);
    }
  } finally {
    // Ending the session gives the lock back, also when it was never got.
    await lock.end();
  }
}

/**
 * Classes of SQLSTATE: 08 connection, 40 rolled back, 53 out of resources, 57 shut down or timed out, 55P03
 * lock not available.
 */
const unavailableState = /^(08|40|53|57|55P03)/;
const unavailableText =
  /time(d ?)?out|terminated|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE|not queryable/i;

/** True for what a repeat may cure: the statement is sound, Postgres did not answer it. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectionException || error instanceof LockWaitTimeoutException) return true;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (unavailableState.test(code) || unavailableText.test(code))) return true;
  const unclassified =
    error instanceof DriverException ? error.constructor === DriverException : error instanceof Error;
  return unclassified && code === undefined && typeof message === 'string' && unavailableText.test(message);
}

/** Rejects when Postgres does not answer; for readiness. */
export async function checkPostgres(pool: Pool): Promise<void> {
  await pool.query('SELECT 1');
}

function initOrm(options: OrmOptions, poolConfig: PoolConfig): Promise<MikroORM> {
  const { logger } = options;
  return MikroORM.init({
    clientUrl: options.url,
    entities: [...options.entities],
    driverOptions: { ...poolConfig, onPoolCreated: (pool: Pool) => logBrokenConnections(pool, logger) },
    extensions: [Migrator],
    migrations: { migrationsList: [...options.migrations], snapshot: false, allOrNothing: true },
    // What the ORM logs by itself are its notes about broken connections, which logBrokenConnections has already.
    logger: (message) => logger.debug({ orm: message }, 'orm'),
    colors: false,
  });
}

function toPoolConfig(options: PostgresOptions): PoolConfig {
  return {
    application_name: options.applicationName,
    max: options.connectionsMax,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleConnectionMs,
    maxLifetimeSeconds: connectionLifeS,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
  };
}

/** A pool, or a client of it that is in use, without an `error` listener would end the process. */
function logBrokenConnections(pool: Pool, logger: Logger): void {
  pool.on('connect', (client) => {
    client.on('error', (error) => logger.warn({ err: error }, 'a Postgres connection broke'));
    client.once('end', () => setTimeout(() => takeBack(client), leakGraceMs).unref());
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle Postgres connection broke'));
}

/**
 * Gives the pool back the place of a connection that ended. The ORM keeps a connection for ever that ends inside a
 * transaction (its rollback fails and it stops there): without this, every restart of Postgres would make the pool smaller.
 */
function takeBack(client: PoolClient): void {
  try {
    client.release(true);
  } catch {
    // Its user has released it, as everybody does but the ORM; pg knows no way to ask first.
    return;
  }
}
