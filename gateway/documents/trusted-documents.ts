/**
 * The documents that the operator has listed in manifests (manifest.ts), all files together, each followed while the gateway runs. Made by gateway.ts;
 * asked by documents.ts, warmed up by warm-up.ts.
 */
import { ConfigError } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import { followFile } from '../followed-file.ts';
import type { TrustedDocument } from './manifest.ts';
import { hashDocument, ManifestError, parseManifest } from './manifest.ts';

export interface TrustedDocuments extends Disposable {
  /** The text that a manifest has under this id, or that has this SHA-256; undefined when there is none. */
  find(id: string): string | undefined;
  /** To the letter: other spaces make another text. */
  has(text: string): boolean;
  /** In the order of the files. */
  all(): readonly TrustedDocument[];
  /** Told of each change. */
  onReplaced(listener: () => void): void;
}

interface Index {
  readonly documents: readonly TrustedDocument[];
  readonly byId: ReadonlyMap<string, string>;
  /** Of all texts, whatever id they are listed under. */
  readonly byHash: ReadonlyMap<string, string>;
  readonly texts: ReadonlySet<string>;
}

/** Rejects with ConfigError when a file can't be used; later such a file is logged, and all stays as it was. */
export async function createTrustedDocuments(options: {
  readonly paths: readonly string[];
  readonly logger: Logger;
}): Promise<TrustedDocuments> {
  const { paths, logger } = options;
  const listeners: (() => void)[] = [];
  using stack = new DisposableStack();
  let manifests: readonly (readonly TrustedDocument[])[] = paths.map(() => []);
  let index = createIndex([]);

  function replace(at: number, text: string): void {
    // One that contradicts another file may be right as soon as that one has changed too.
    manifests = manifests.with(at, parseManifest(text));
    index = createIndex(manifests.flat());
    for (const listener of listeners) listener();
  }

  for (const [at, path] of paths.entries()) {
    try {
      const file = { path, what: 'list of trusted documents', logger };
      const { text } = stack.use(await followFile({ ...file, replace: (next) => replace(at, next) }));
      replace(at, text);
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw new ConfigError([`TRUSTED_DOCUMENTS_PATHS: ${path}: ${problem}`]);
    }
  }
  const files = stack.move();
  return {
    find: (id) => index.byId.get(id) ?? index.byHash.get(id),
    has: (text) => index.texts.has(text),
    all: () => index.documents,
    onReplaced: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => files.dispose(),
  };
}

function createIndex(documents: readonly TrustedDocument[]): Index {
  const byId = new Map<string, string>();
  for (const { id, text } of documents) {
    const known = byId.get(id);
    if (known !== undefined && known !== text)
      throw new ManifestError(`two documents have the id ${JSON.stringify(id)}`);
    byId.set(id, text);
  }
  const texts = new Set(byId.values());
  return {
    documents: [...byId].map(([id, text]) => ({ id, text })),
    byId,
    byHash: new Map([...texts].map((text) => [hashDocument(text), text])),
    texts,
  };
}
