/** All migrations of message_storage, oldest first. A released one never changes. Read by store.ts. */
import type { NamedMigration } from '#platform/postgres.ts';
import { InitialMigration } from './migrations/initial.ts';

export const migrations: readonly NamedMigration[] = [{ name: '0001-initial', class: InitialMigration }];
