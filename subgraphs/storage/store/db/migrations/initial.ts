/** The first tables of message_storage. Run by platform/postgres's migrate when the store starts; described by db/entities.ts. */
import { Migration } from '@mikro-orm/migrations';

const messagePartitions = 16;

/**
 * No foreign keys: every row is written by the one transaction that also holds its conversation's lock, and they would cost a lookup
 * a row. Counter rows are updated without touching an indexed column and leave room in their pages, so that updates stay in place.
 */
export class InitialMigration extends Migration {
  override up(): void {
    this.createIdentity();
    this.createConversations();
    this.createMessages();
    this.createLog();
  }

  private createIdentity(): void {
    this.addSql(`CREATE TABLE log_identity (
      id smallint PRIMARY KEY CHECK (id = 1),
      log_epoch text NOT NULL,
      topic_id text
    )`);
    this.addSql(`INSERT INTO log_identity (id, log_epoch)
      VALUES (1, left(replace(gen_random_uuid()::text, '-', ''), 16))`);
  }

  private createConversations(): void {
    this.addSql(`CREATE TABLE conversation (
      id text COLLATE "C" PRIMARY KEY,
      kind smallint NOT NULL,
      title text,
      topic text,
      partition int NOT NULL,
      last_seq bigint NOT NULL,
      last_event_seq bigint NOT NULL,
      last_log_seq bigint NOT NULL,
      last_activity_at_ms bigint NOT NULL,
      created_at_ms bigint NOT NULL
    ) WITH (fillfactor = 60)`);
    this.addSql(`CREATE TABLE membership (
      conversation_id text COLLATE "C",
      user_id text COLLATE "C",
      role smallint NOT NULL,
      joined_at_ms bigint NOT NULL,
      joined_event_seq bigint NOT NULL,
      read_seq bigint NOT NULL,
      delivered_seq bigint NOT NULL,
      muted_until_ms bigint,
      archived_at_ms bigint,
      PRIMARY KEY (conversation_id, user_id)
    ) WITH (fillfactor = 70)`);
    this.addSql('CREATE INDEX membership_of_user ON membership (user_id, conversation_id)');
    this.addSql('CREATE INDEX membership_by_joining ON membership (conversation_id, joined_event_seq)');
    this.addSql('CREATE INDEX membership_owner ON membership (conversation_id) WHERE role = 1');
    this.addSql(`CREATE TABLE membership_period (
      user_id text COLLATE "C",
      conversation_id text COLLATE "C",
      joined_event_seq bigint,
      partition int NOT NULL,
      joined_log_seq bigint NOT NULL,
      left_event_seq bigint,
      left_log_seq bigint,
      PRIMARY KEY (user_id, conversation_id, joined_event_seq)
    )`);
  }

  private createMessages(): void {
    this.addSql(`CREATE TABLE message (
      conversation_id text COLLATE "C",
      seq bigint,
      id text COLLATE "C" NOT NULL,
      sender_id text COLLATE "C" NOT NULL,
      client_message_id text COLLATE "C" NOT NULL,
      text text,
      reply_to_id text COLLATE "C",
      mention_user_ids text[] NOT NULL,
      version int NOT NULL,
      created_at_ms bigint NOT NULL,
      edited_at_ms bigint,
      deleted_at_ms bigint,
      body_hash bytea NOT NULL,
      event_seq bigint NOT NULL,
      PRIMARY KEY (conversation_id, seq),
      CONSTRAINT message_key UNIQUE (conversation_id, sender_id, client_message_id),
      CONSTRAINT message_id UNIQUE (id, conversation_id)
    ) PARTITION BY HASH (conversation_id)`);
    for (let remainder = 0; remainder < messagePartitions; remainder += 1) {
      this.addSql(`CREATE TABLE message_${remainder} PARTITION OF message
        FOR VALUES WITH (MODULUS ${messagePartitions}, REMAINDER ${remainder})`);
    }
    this.addSql(`CREATE TABLE mention (
      user_id text COLLATE "C",
      conversation_id text COLLATE "C",
      seq bigint,
      PRIMARY KEY (user_id, conversation_id, seq)
    )`);
  }

  private createLog(): void {
    this.addSql(`CREATE TABLE conversation_event (
      conversation_id text COLLATE "C",
      event_seq bigint,
      logged_at_ms bigint,
      partition int NOT NULL,
      log_seq bigint NOT NULL,
      event bytea NOT NULL,
      PRIMARY KEY (conversation_id, event_seq, logged_at_ms),
      CONSTRAINT conversation_event_log UNIQUE (partition, log_seq, logged_at_ms)
    ) PARTITION BY RANGE (logged_at_ms)`);
    this.addSql('CREATE INDEX conversation_event_inbox ON conversation_event (conversation_id, log_seq)');
    this.addSql('CREATE TABLE conversation_event_rest PARTITION OF conversation_event DEFAULT');
    this.addSql(`CREATE TABLE handled_command (
      conversation_id text COLLATE "C",
      command_id text COLLATE "C",
      outcome bytea,
      handled_at_ms bigint NOT NULL,
      PRIMARY KEY (conversation_id, command_id)
    )`);
    this.addSql(`CREATE TABLE partition_progress (
      topic_id text COLLATE "C",
      partition int,
      next_offset bigint NOT NULL,
      owner_epoch bigint NOT NULL,
      PRIMARY KEY (topic_id, partition)
    ) WITH (fillfactor = 10)`);
    this.addSql(`CREATE TABLE partition_log (
      partition int PRIMARY KEY,
      last_log_seq bigint NOT NULL,
      first_log_seq bigint NOT NULL,
      last_logged_at_ms bigint NOT NULL
    ) WITH (fillfactor = 10)`);
    this.addSql(`CREATE TABLE dead_letter (
      topic_id text COLLATE "C",
      partition int,
      record_offset bigint,
      key bytea NOT NULL,
      value bytea NOT NULL,
      value_bytes int NOT NULL,
      reason text NOT NULL,
      stored_at_ms bigint NOT NULL,
      PRIMARY KEY (topic_id, partition, record_offset)
    )`);
  }
}
