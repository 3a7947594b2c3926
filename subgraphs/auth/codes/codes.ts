/**
 * 6-digit codes: made at random, kept as a keyed hash, tried a few times, used once. Called by the resolvers
 * that send or check one; calls db/verification-codes.ts.
 */
import { createHmac, hkdfSync, randomInt, timingSafeEqual } from 'node:crypto';
import type { Database, Transaction } from '../db/database.ts';
import type { CodeKey, CodeScope } from '../db/verification-codes.ts';
import { countTry, saveCode, takeCode } from '../db/verification-codes.ts';

export interface CodeSettings {
  /**
   * The codes' hashes are keyed by it: a million of them are guessed in no time from a stolen table
   * otherwise.
   */
  readonly secret: string;
  readonly ttlMs: number;
  readonly triesMax: number;
}

/** A code that was right; `take` uses it up inside the transaction of what it allows. */
export interface RightCode {
  /** Whose code it is. */
  readonly owner: string;
  /** False when another request was faster. */
  take(tx: Transaction): Promise<boolean>;
}

type CodeCheck =
  | { readonly kind: 'right'; readonly code: RightCode }
  | { readonly kind: 'wrong'; readonly triesLeft: number };

export interface Codes {
  /** Replaces the code of the key; answers the new one, to be sent after the commit. */
  issue(tx: Transaction, key: CodeKey): Promise<{ code: string; expiresAt: Date }>;
  /** Counts as a try, whatever it finds. */
  check(scope: CodeScope, code: string): Promise<CodeCheck>;
}

export function createCodes(database: Database, settings: CodeSettings): Codes {
  const hashKey = Buffer.from(hkdfSync('sha256', settings.secret, '', 'verification codes', 32));
  const hashOf = ({ purpose, address, owner }: CodeKey, code: string) =>
    createHmac('sha256', hashKey)
      .update(JSON.stringify([purpose, address, owner, code]))
      .digest('base64url');
  return {
    async issue(tx, key) {
      const code = String(randomInt(1_000_000)).padStart(6, '0');
      const expiresAt = new Date(Date.now() + settings.ttlMs);
      await saveCode(tx, { ...key, codeHash: hashOf(key, code), tries: 0, expiresAt });
      return { code, expiresAt };
    },
    async check(scope, code) {
      const live = await database.transaction((tx) => countTry(tx, scope, settings.triesMax));
      const right = live.filter(({ owner, codeHash }) =>
        timingSafeEqual(Buffer.from(hashOf({ ...scope, owner }, code.trim())), Buffer.from(codeHash)),
      );
      const [only, another] = right;
      // Two of an address may be equal by chance: then nothing tells which was meant, and both are wrong.
      if (only === undefined || another !== undefined) {
        return { kind: 'wrong', triesLeft: Math.max(0, ...live.map(({ triesLeft }) => triesLeft)) };
      }
      const { owner, codeHash } = only;
      return { kind: 'right', code: { owner, take: (tx) => takeCode(tx, { ...scope, owner }, codeHash) } };
    },
  };
}
