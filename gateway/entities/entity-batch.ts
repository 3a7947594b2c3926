/**
 * One request for the entities that several fetches of one scope want, each entity once, and its answer taken apart again. Filled and sent by
 * entity-source.ts, which decides who may be in it and who may take from it.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { CachePolicy } from '../cache-policy.ts';
import type { ProcessOptions, SubgraphAnswer, SubgraphSource } from '../data-source.ts';
import type { Scope, Wanted } from './entity-query.ts';
import type { Representation } from './entity-tags.ts';
import { tagsOf } from './entity-tags.ts';

/** With a key, of that entity and with a path that begins below it; without, of all of them. */
export interface EntityError {
  readonly key: string | null;
  readonly error: GraphQLFormattedError;
}

export interface BatchAnswer {
  readonly cachePolicy: CachePolicy;
  /** False when the subgraph gave no list, only errors. */
  readonly hasEntities: boolean;
  readonly errors: readonly EntityError[];
  /** JSON by key of each entity there is. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface EntityBatchOptions {
  readonly scope: Scope;
  /** The fetch that opened it; it is sent with its token. */
  readonly asked: ProcessOptions;
  /** Who that is. */
  readonly requester: string;
  /** Is it open to other requesters? */
  readonly isShared: boolean;
}

/** As many as auth looks up in one statement. */
const membersMax = 500;
/** Stays below what a subgraph takes as a body. */
const charsMax = 64 * 1024;

/** Gathers, is asked once, and is settled. */
export class EntityBatch {
  readonly options: EntityBatchOptions;
  isSent = false;
  readonly #representations = new Map<string, Representation>();
  readonly #answered = Promise.withResolvers<BatchAnswer>();
  readonly #changes: (readonly string[])[] = [];
  #chars = 0;

  constructor(options: EntityBatchOptions) {
    this.options = options;
  }

  /** Settled by `settle` and `fail`. */
  get answered(): Promise<BatchAnswer> {
    return this.#answered.promise;
  }

  get representations(): ReadonlyMap<string, Representation> {
    return this.#representations;
  }

  hasRoomFor({ key }: Wanted): boolean {
    const { size } = this.#representations;
    if (size === 0 || this.#representations.has(key)) return true;
    return size < membersMax && this.#chars + key.length <= charsMax;
  }

  add({ key, representation }: Wanted): void {
    if (this.#representations.has(key)) return;
    this.#representations.set(key, representation);
    this.#chars += key.length;
  }

  /** The entity with these tags has changed: what was asked before may be old. */
  noteChange(tags: readonly string[]): void {
    this.#changes.push(tags);
  }

  /** Has the entity changed since it was asked for? */
  isOld(representation: Representation): boolean {
    if (this.#changes.length === 0) return false;
    const own = new Set(tagsOf(representation));
    return this.#changes.some((tags) => tags.every((tag) => own.has(tag)));
  }

  /** Rejects when the subgraph does not answer. */
  async ask(source: SubgraphSource): Promise<BatchAnswer> {
    this.isSent = true;
    const { asked } = this.options;
    const representations = [...this.#representations.values()];
    const variables = { ...asked.request.variables, representations };
    const answer = await source.process({ ...asked, request: { ...asked.request, variables } });
    return splitAnswer(answer, [...this.#representations.keys()]);
  }

  settle(answer: BatchAnswer): void {
    this.#answered.resolve(answer);
  }

  fail(error: unknown): void {
    this.#answered.reject(error);
  }
}

function splitAnswer(
  { cachePolicy, data, errors = [] }: SubgraphAnswer,
  keys: readonly string[],
): BatchAnswer {
  const list = readList(data, keys.length);
  const texts = new Map<string, string>();
  for (const [index, key] of keys.entries()) {
    const entity = list?.[index] ?? null;
    if (entity !== null) texts.set(key, JSON.stringify(entity));
  }
  return {
    cachePolicy,
    hasEntities: list !== null,
    errors: errors.map((error) => toEntityError(error, keys)),
    texts,
  };
}

/** Null when the subgraph gave none; throws when it is not the list that was asked for. */
function readList(data: SubgraphAnswer['data'], length: number): readonly unknown[] | null {
  if (data === undefined || data === null) return null;
  const { _entities: list } = data;
  if (list === undefined || list === null) return null;
  if (Array.isArray(list) && list.length === length) return list;
  throw new Error(`the subgraph was asked for ${length} entities and answered with something else`);
}

function toEntityError(error: GraphQLFormattedError, keys: readonly string[]): EntityError {
  const [field, index, ...below] = error.path ?? [];
  const key = field === '_entities' && typeof index === 'number' ? keys[index] : undefined;
  if (key === undefined) return { key: null, error };
  const { message, extensions = {} } = error;
  return { key, error: { message, extensions, path: below } };
}
