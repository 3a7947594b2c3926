/**
 * HISTORY: whole answers that subgraphs say are for everybody, kept as long as they say. Off unless RESPONSE_CACHE_BYTES_MAX is set: an answer here does not
 * follow a change before its time is over, but for those of which the gateway is told (gateway.ts). Asked by query-operation.ts.
 */
import { LRUCache } from 'lru-cache';
import type { QueryResult } from './execution/prepared-operation.ts';

export interface ResponseCache {
  find(key: string): QueryResult | undefined;
  /** Does nothing with an answer that is not public or has errors. `startedAtMs`: when it was asked for, by performance.now(). */
  keep(key: string, result: QueryResult, startedAtMs: number): void;
  /** Something that was public has changed: what was asked for before counts no more. */
  clear(): void;
}

export function createResponseCache(bytesMax: number): ResponseCache {
  const kept = new LRUCache<string, QueryResult>({
    maxSize: bytesMax,
    sizeCalculation: (result, key) => 2 * key.length + sizeOf(result),
  });
  let clearedAtMs = 0;
  return {
    find: (key) => kept.get(key),
    keep: (key, result, startedAtMs) => {
      if (result.kind === 'refused' || startedAtMs <= clearedAtMs) return;
      const { isPublic, maxAgeSeconds } = result.cachePolicy;
      if (isPublic && maxAgeSeconds > 0) kept.set(key, toKept(result), { ttl: maxAgeSeconds * 1_000 });
    },
    clear: () => {
      kept.clear();
      clearedAtMs = performance.now();
    },
  };
}

/** A body can be a part of something much longer, which would be kept with it. */
function toKept(result: QueryResult): QueryResult {
  if (result.kind !== 'body') return result;
  const body = Buffer.allocUnsafeSlow(result.body.length);
  result.body.copy(body);
  return { ...result, body };
}

function sizeOf(result: QueryResult): number {
  if (result.kind === 'body') return result.body.length;
  return result.kind === 'data' ? 2 * result.data.length : 1;
}
