/**
 * The first tables: accounts, registrations, sessions, codes, attempt counters, outbox. Run by
 * db/database.ts.
 */
import { Migration } from '@mikro-orm/migrations';

export class Accounts extends Migration {
  override up(): void {
    this.addSql(`
      CREATE TABLE account (
        id text COLLATE "C" PRIMARY KEY,
        handle text COLLATE "C" NOT NULL CONSTRAINT account_handle_key UNIQUE,
        display_name text NOT NULL,
        email text COLLATE "C" NOT NULL CONSTRAINT account_email_key UNIQUE,
        phone text COLLATE "C" CONSTRAINT account_phone_key UNIQUE,
        password_hash text NOT NULL,
        avatar_url text,
        bio text,
        created_at timestamptz(3) NOT NULL
      )`);
    this.addSql(`CREATE INDEX account_display_name_idx ON account (lower(display_name) COLLATE "C")`);
    this.addSql(`
      CREATE TABLE registration (
        id text COLLATE "C" PRIMARY KEY,
        email text COLLATE "C" NOT NULL,
        handle text COLLATE "C" NOT NULL CONSTRAINT registration_handle_key UNIQUE,
        display_name text NOT NULL,
        password_hash text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL
      )`);
    this.addSql(`CREATE INDEX registration_email_idx ON registration (email)`);
    this.addSql(`CREATE INDEX registration_expires_at_idx ON registration (expires_at)`);
    this.addSql(`
      CREATE TABLE session (
        id text COLLATE "C" PRIMARY KEY,
        account_id text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        created_at timestamptz(3) NOT NULL,
        last_seen_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        revoked_at timestamptz(3),
        user_agent text,
        ip_address text
      )`);
    this.addSql(`CREATE INDEX session_live_idx ON session (account_id) WHERE revoked_at IS NULL`);
    this.addSql(`CREATE INDEX session_expires_at_idx ON session (expires_at)`);
    this.addSql(`CREATE INDEX session_revoked_at_idx ON session (revoked_at) WHERE revoked_at IS NOT NULL`);
    this.addSql(`
      CREATE TABLE refresh_token (
        hash text COLLATE "C" PRIMARY KEY,
        session_id text COLLATE "C" NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        parent_hash text COLLATE "C",
        created_at timestamptz(3) NOT NULL,
        used_at timestamptz(3),
        replaced_at timestamptz(3)
      )`);
    this.addSql(`CREATE INDEX refresh_token_session_id_idx ON refresh_token (session_id)`);
    this.addSql(`CREATE INDEX refresh_token_parent_hash_idx ON refresh_token (parent_hash)`);
    this.addSql(`
      CREATE TABLE verification_code (
        purpose text COLLATE "C" NOT NULL CHECK (purpose IN ('EMAIL', 'PASSWORD_RESET', 'PHONE')),
        address text COLLATE "C" NOT NULL,
        owner text COLLATE "C" NOT NULL,
        code_hash text NOT NULL,
        tries integer NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        PRIMARY KEY (purpose, address, owner)
      )`);
    this.addSql(`CREATE INDEX verification_code_expires_at_idx ON verification_code (expires_at)`);
    // The columns and their order are those of rate-limiter-flexible.
    this.addSql(
      `CREATE TABLE attempt (key varchar(255) PRIMARY KEY, points integer NOT NULL, expire bigint)`,
    );
    this.addSql(`CREATE INDEX attempt_expire_idx ON attempt (expire)`);
    this.addSql(`
      CREATE TABLE outbox_event (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id text COLLATE "C" NOT NULL,
        payload bytea NOT NULL
      )`);
  }
}
