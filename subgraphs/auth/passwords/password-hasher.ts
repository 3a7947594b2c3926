/**
 * argon2id with a bound on what runs and what waits, so that a flood of logins can't take the machine.
 * Called by the resolvers of sign-in; made by auth.ts.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { overloaded } from '#platform/graphql-errors.ts';
import { normalizePassword } from './password-rules.ts';

/**
 * OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane; the library's default algorithm is argon2id.
 */
const argonSettings = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const saltBytes = 16;
const retryAfterMs = 1_000;
/** Longer ones can't be right and aren't worth hashing. */
const passwordCharsMax = 1024;

export interface PasswordHasher {
  /** Throws OVERLOADED when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * The same for the same name and password: what waits under one name is compared with a password at the
   * cost of one hash, however much it is. Throws OVERLOADED when too many wait.
   */
  hashUnder(name: string, password: string): Promise<string>;
  /** Takes as long without a hash as with one, and is then false. Throws OVERLOADED when too many wait. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
}

export async function createPasswordHasher(options: {
  runningMax: number;
  waitingMax: number;
  /** The salts of `hashUnder` are keyed by it: nobody can prepare for a name before a table is stolen. */
  secret: string;
}): Promise<PasswordHasher> {
  const run = createGate(options);
  const saltKey = Buffer.from(hkdfSync('sha256', options.secret, '', 'salts of names', 32));
  const saltOf = (name: string) => createHmac('sha256', saltKey).update(name).digest().subarray(0, saltBytes);
  const hashOfNobody = await hash('the password of nobody', argonSettings);
  return {
    hash: (password) => run(() => hash(normalizePassword(password), argonSettings)),
    hashUnder: (name, password) =>
      run(() => hash(toAttempt(password), { ...argonSettings, salt: saltOf(name) })),
    verify: async (passwordHash, password) => {
      const matches = await run(() => verify(passwordHash ?? hashOfNobody, toAttempt(password)));
      return matches && passwordHash !== null;
    },
  };
}

function toAttempt(password: string): string {
  return password.length > passwordCharsMax ? '' : normalizePassword(password);
}

type Gate = <T>(work: () => Promise<T>) => Promise<T>;

function createGate({ runningMax, waitingMax }: { runningMax: number; waitingMax: number }): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= runningMax) {
      if (waiting.length >= waitingMax) throw overloaded(retryAfterMs);
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      // The place passes straight to the next in line.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
