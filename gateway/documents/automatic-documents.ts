/**
 * Automatic persisted queries: texts that clients have sent with their hash, the least recently used go first. What is kept is for everybody and trusted
 * by nobody: a text that is found here is checked like one that was sent. Made by gateway.ts for all transports, asked by documents.ts.
 */
import { LRUCache } from 'lru-cache';

export interface AutomaticDocuments {
  /** Of a SHA-256 in hex. */
  find(hash: string): string | undefined;
  keep(hash: string, text: string): void;
  readonly bytes: number;
}

/** What an entry costs besides its texts. */
const entryBytes = 300;

/** Empty; null when `bytesMax` is 0. */
export function createAutomaticDocuments(bytesMax: number): AutomaticDocuments | null {
  if (bytesMax === 0) return null;
  const texts = new LRUCache<string, string>({
    maxSize: bytesMax,
    sizeCalculation: (text, hash) => entryBytes + 2 * (text.length + hash.length),
  });
  return {
    find: (hash) => texts.get(hash),
    keep: (hash, text) => void texts.set(hash, text),
    get bytes() {
      return texts.calculatedSize;
    },
  };
}
