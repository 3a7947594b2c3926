/** What resolvers are given: the parts that auth.ts builds, each resolver naming the ones it uses. */
import type { Logger } from '#platform/logger.ts';
import type { BackgroundWork } from './background-work.ts';
import type { Codes } from './codes/codes.ts';
import type { AttemptLimits } from './db/attempt-limits.ts';
import type { Database } from './db/database.ts';
import type { OutboxRelay } from './events/outbox-relay.ts';
import type { Notices } from './notices/notices.ts';
import type { PasswordHasher } from './passwords/password-hasher.ts';
import type { UserLoader } from './resolvers/user-loader.ts';
import type { Sessions } from './sessions/sessions.ts';

export interface AuthParts {
  readonly database: Database;
  readonly passwords: PasswordHasher;
  readonly codes: Codes;
  readonly sessions: Sessions;
  readonly limits: AttemptLimits;
  readonly notices: Notices;
  readonly background: BackgroundWork;
  readonly outbox: OutboxRelay;
  readonly users: UserLoader;
  readonly registrationTtlMs: number;
  readonly logger: Logger;
}
