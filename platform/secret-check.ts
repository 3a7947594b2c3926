/** Comparing secrets that others present. Used where the internal key is asked for, and for what subgraphs prove themselves with when they call back. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares in constant time, whatever the lengths. */
export function createSecretCheck(secret: string): (presented: unknown) => boolean {
  const expected = digest(secret);
  return (presented) => typeof presented === 'string' && timingSafeEqual(digest(presented), expected);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
