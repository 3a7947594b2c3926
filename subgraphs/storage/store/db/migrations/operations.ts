/**
 * What an operator works with: dead letters say what became of them, and expired events of the default partition are found by their
 * time. Run by platform/postgres's migrate when the store starts; described by db/entities.ts.
 */
import { Migration } from '@mikro-orm/migrations';

export class OperationsMigration extends Migration {
  override up(): void {
    this.addSql(`ALTER TABLE dead_letter
      ADD COLUMN replayed_at_ms bigint,
      ADD COLUMN replayed_offset bigint,
      ADD COLUMN discarded_at_ms bigint,
      ADD COLUMN discard_reason text`);
    // Of the default partition alone, which is empty unless a clock was wrong.
    this.addSql('CREATE INDEX conversation_event_rest_time ON conversation_event_rest (logged_at_ms)');
  }
}
