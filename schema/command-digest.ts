/**
 * Tells one record of chat.commands from another. PERSIST: the message store keeps it of the last record it has applied, and the ingest
 * worker compares it with what stands at that offset now.
 */
import { createHash } from 'node:crypto';

/** What of a Kafka record counts; a key or value that is not there is an empty one. */
export interface CommandBytes {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** SHA-256 of key and value. */
export function digestCommand({ key, value }: CommandBytes): Buffer {
  const hash = createHash('sha256').update(`${key?.length ?? 0}:`);
  for (const bytes of [key, value]) if (bytes !== null) hash.update(bytes);
  return hash.digest();
}
