/**
 * The last record applied is known by more than its offset, so that a log which lost its end and grew again is told from the one that was
 * applied. Run by platform/postgres's migrate when the store starts; described by db/entities.ts.
 */
import { Migration } from '@mikro-orm/migrations';

export class RecordIdentityMigration extends Migration {
  override up(): void {
    // With its offset: a store of the version before, at work during a rolling restart, moves next_offset and leaves the digest behind.
    this.addSql(`ALTER TABLE partition_progress
      ADD COLUMN last_record_offset bigint,
      ADD COLUMN last_record_digest bytea`);
  }
}
