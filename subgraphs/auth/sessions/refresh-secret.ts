/**
 * Refresh tokens as clients have them and as the database has them. Pure; called by sign-in.ts and
 * refresh.ts.
 */
import { createHash, randomBytes } from 'node:crypto';

const secretBytes = 32;
const form = /^[\w-]{43}$/;

export function createRefreshSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** SHA-256 is enough for 256 random bits; null when the text can't be a refresh token. */
export function hashRefreshSecret(secret: string): string | null {
  return form.test(secret) ? createHash('sha256').update(secret).digest('base64url') : null;
}
