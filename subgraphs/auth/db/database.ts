/**
 * Auth's database: MikroORM over the `messageme` Postgres, behind two ways in. Made by auth.ts; the other
 * files of db/ are given a Transaction. A Postgres that does not answer becomes SERVICE_UNAVAILABLE here,
 * once for all.
 */
import type { EntityManager } from '@mikro-orm/postgresql';
import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { serviceUnavailable } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import { checkPostgres, createOrm, isUnavailable, migrate, poolOf } from '#platform/postgres.ts';
import { AccountEntity } from './account.entity.ts';
import { Accounts } from './migrations/001-accounts.ts';
import { OutboxEventEntity } from './outbox-event.entity.ts';
import { RefreshTokenEntity } from './refresh-token.entity.ts';
import { RegistrationEntity } from './registration.entity.ts';
import { SessionEntity } from './session.entity.ts';
import { VerificationCodeEntity } from './verification-code.entity.ts';

/** Where statements go: one transaction, or the pool for those of `read`. */
export type Transaction = EntityManager;

/** A unique name was taken while the transaction ran; nothing of it was kept. */
export class AlreadyTaken extends Error {
  override readonly name = 'AlreadyTaken';
}

export interface Database extends AsyncDisposable {
  /** Statements of which each stands alone. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** All or nothing; throws AlreadyTaken. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Rejects when Postgres does not answer. */
  check(): Promise<void>;
  readonly pool: Pool;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly connectionsMax: number;
  readonly logger: Logger;
  /** Ends the wait for Postgres. */
  readonly signal: AbortSignal;
}

const entities = [
  AccountEntity,
  RegistrationEntity,
  SessionEntity,
  RefreshTokenEntity,
  VerificationCodeEntity,
  OutboxEventEntity,
];
const migrations = [{ name: '001-accounts', class: Accounts }];

/** Waits for Postgres, migrates, connects. */
export async function createDatabase({ signal, ...options }: DatabaseOptions): Promise<Database> {
  const settings = { ...options, applicationName: 'messageme auth', entities, migrations };
  await migrate(settings, signal);
  const orm = await createOrm(settings);
  const pool = await poolOf(orm);
  return {
    pool,
    read: (work) => translateErrors(() => work(orm.em.fork())),
    transaction: (work) => translateErrors(() => orm.em.fork().transactional(work)),
    check: () => checkPostgres(pool),
    [Symbol.asyncDispose]: () => orm.close(true),
  };
}

async function translateErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UniqueConstraintViolationException)
      throw new AlreadyTaken('taken', { cause: error });
    if (isUnavailable(error)) throw serviceUnavailable(error);
    throw error;
  }
}
