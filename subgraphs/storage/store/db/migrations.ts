/** All migrations of message_storage, oldest first. A released one never changes. Read by store.ts. */
import type { NamedMigration } from '#platform/postgres.ts';
import { InitialMigration } from './migrations/initial.ts';
import { OperationsMigration } from './migrations/operations.ts';
import { RecordIdentityMigration } from './migrations/record-identity.ts';

export const migrations: readonly NamedMigration[] = [
  { name: '0001-initial', class: InitialMigration },
  { name: '0002-operations', class: OperationsMigration },
  { name: '0003-record-identity', class: RecordIdentityMigration },
];
