/** The key by which our processes know each other: subgraphs and gRPC services answer only callers that have it. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Header and gRPC metadata key that carries it. */
export const internalKeyHeader = 'x-internal-key';

/** Compares in constant time, whatever the lengths. */
export function createInternalKeyCheck(internalKey: string): (presented: unknown) => boolean {
  const expected = digest(internalKey);
  return (presented) => typeof presented === 'string' && timingSafeEqual(digest(presented), expected);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
