/**
 * How often things may be tried, counted in Postgres across all copies by rate-limiter-flexible. Called by
 * resolvers, once per field. The limits and their windows are settings, see config.ts.
 */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { serviceUnavailable } from '#platform/graphql-errors.ts';
import { isUnavailable } from '#platform/postgres.ts';

const limitNames = [
  'loginAccount',
  'loginAddress',
  'loginGlobal',
  'registerAddress',
  'registerGlobal',
  'mailRecipient',
  'mailAddress',
  'smsAccount',
  'smsRecipient',
  'smsAddress',
  'smsGlobal',
  'codeAddress',
  'codeGlobal',
] as const;

type LimitName = (typeof limitNames)[number];
export type Limits = Readonly<Record<LimitName, { readonly attemptsMax: number; readonly windowMs: number }>>;

/** One counter: the limit it stands under and whose it is. */
export interface Attempt {
  readonly limit: LimitName;
  readonly of: string;
}

export interface AttemptLimits {
  /**
   * Counts the attempts in this order up to the first that is over its limit; answers in how many ms that
   * one counts again, else null.
   */
  take(attempts: readonly Attempt[]): Promise<number | null>;
  /** Uncounts attempts that turned out well. */
  giveBack(attempts: readonly Attempt[]): Promise<void>;
}

/** Over the table `attempt`. */
export function createAttemptLimits(pool: Pool, limits: Limits): AttemptLimits {
  const limiters = new Map(limitNames.map((name) => [name, createLimiter(pool, name, limits)]));
  const limiterOf = (name: LimitName): RateLimiterPostgres => {
    const limiter = limiters.get(name);
    if (limiter === undefined) throw new Error(`no limit is called ${name}`);
    return limiter;
  };
  return {
    async take(attempts) {
      for (const { limit, of } of attempts) {
        const retryAfterMs = await consume(limiterOf(limit), toKey(of));
        if (retryAfterMs !== null) return retryAfterMs;
      }
      return null;
    },
    async giveBack(attempts) {
      await Promise.all(attempts.map(({ limit, of }) => limiterOf(limit).reward(toKey(of))));
    },
  };
}

function createLimiter(pool: Pool, name: LimitName, limits: Limits): RateLimiterPostgres {
  const { attemptsMax, windowMs } = limits[name];
  return new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'attempt',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: name,
    points: attemptsMax,
    duration: windowMs / 1000,
  });
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<number | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, Math.ceil(error.msBeforeNext));
    throw isUnavailable(error) ? serviceUnavailable(error) : error;
  }
}

/** Of one length, and no address of anybody in a table of counters. */
function toKey(of: string): string {
  return createHash('sha256').update(of).digest('base64url').slice(0, 22);
}
