/**
 * The entities of one subgraph that have to be fetched: what is being fetched is waited for, and what is wanted in one turn of the event loop goes as one
 * request. Called by entity-source.ts with what the store does not have; keeps there what may be kept.
 *
 * Viewers are kept apart: an answer that is not public is given to nobody but those who wanted it in the same turn, with the same token as it was asked
 * with. Whoever else waited for it asks again for themselves.
 */
import type { ProcessOptions, SubgraphSource } from '../data-source.ts';
import type { BatchAnswer } from './entity-batch.ts';
import { EntityBatch } from './entity-batch.ts';
import type { SubgraphEntityMetrics } from './entity-metrics.ts';
import type { Scope, Wanted } from './entity-query.ts';
import type { EntityStore } from './entity-store.ts';
import { toStoreKey } from './entity-store.ts';
import { tagsOf } from './entity-tags.ts';

export interface EntityBatchesOptions {
  readonly source: SubgraphSource;
  readonly store: EntityStore;
  /** Those of every subgraph that are sent and not answered: they are told what changes meanwhile. */
  readonly running: Set<EntityBatch>;
  readonly metrics: SubgraphEntityMetrics;
}

/** On whose behalf. */
export interface Asker {
  readonly scope: Scope;
  readonly asked: ProcessOptions;
  readonly requester: string;
}

/** What one batch has of what was wanted. */
export interface Part {
  readonly wanted: readonly Wanted[];
  readonly answer: BatchAnswer;
}

/** May others be in the same batch? */
type Company = 'anybody' | 'same requester';

/** Of one subgraph. */
export class EntityBatches {
  readonly #options: EntityBatchesOptions;
  /** Not sent yet, by who may be in it. */
  readonly #gathering = new Map<string, EntityBatch>();
  /** Sent for anybody and not answered, by entity. */
  readonly #underWay = new Map<string, EntityBatch>();
  /** From which it will be learned whether a scope is public. */
  readonly #firsts = new Map<Scope, EntityBatch>();

  /** Nothing is sent before the first fetch. */
  constructor(options: EntityBatchesOptions) {
    this.#options = options;
  }

  /**
   * What to wait for before asking: the very first answer of the scope, while it is under way. It may be kept then, instead of being asked for by every
   * viewer there is. Null when it is known whether the scope is public, or when the asker is the first.
   */
  findFirst({ scope, requester }: Asker): Promise<unknown> | null {
    const first = this.#firsts.get(scope);
    if (first === undefined) return null;
    const isJoinable = !first.isSent && first.options.requester === requester;
    return isJoinable ? null : first.answered;
  }

  /** Rejects when the subgraph does not answer. */
  async fetch(
    wanted: readonly Wanted[],
    asker: Asker,
    company: Company = 'anybody',
  ): Promise<readonly Part[]> {
    const shares = new Map<EntityBatch, Wanted[]>();
    let isJoined = true;
    for (const one of wanted) {
      let batch = this.#findUnderWay(one, asker, company) ?? this.#findGathering(one, asker, company);
      if (batch === null) {
        batch = this.#open(asker, company);
        isJoined = false;
      }
      batch.add(one);
      const share = shares.get(batch);
      if (share === undefined) shares.set(batch, [one]);
      else share.push(one);
    }
    if (isJoined) this.#options.metrics.joined();
    const parts = [...shares].map(([batch, share]) => this.#takePart(batch, share, asker));
    return (await Promise.all(parts)).flat();
  }

  async #takePart(batch: EntityBatch, wanted: readonly Wanted[], asker: Asker): Promise<readonly Part[]> {
    // What was sent before this fetch may tell of the time before the viewer's last mutation. A public answer could as
    // well have been kept from then.
    const isSameTurn = !batch.isSent;
    const answer = await batch.answered;
    const isOwn = isSameTurn && batch.options.requester === asker.requester;
    if (isOwn || answer.cachePolicy.isPublic) return [{ wanted, answer }];
    return this.fetch(wanted, asker, 'same requester');
  }

  #findUnderWay({ key, representation }: Wanted, { scope }: Asker, company: Company): EntityBatch | null {
    if (company !== 'anybody' || scope.isPublic !== true) return null;
    const batch = this.#underWay.get(toStoreKey(scope, key));
    return batch === undefined || batch.isOld(representation) ? null : batch;
  }

  #findGathering(one: Wanted, asker: Asker, company: Company): EntityBatch | null {
    const batch = this.#gathering.get(toCompanyKey(asker, company));
    return batch?.hasRoomFor(one) ? batch : null;
  }

  #open(asker: Asker, company: Company): EntityBatch {
    const companyKey = toCompanyKey(asker, company);
    const batch = new EntityBatch({ ...asker, isShared: companyKey === asker.scope.id });
    this.#gathering.set(companyKey, batch);
    if (asker.scope.isPublic === null && !this.#firsts.has(asker.scope)) this.#firsts.set(asker.scope, batch);
    // After everything that has arrived with this turn of the event loop, whichever socket it came from: of 64 busy
    // connections 21 fetches become one request, while a microtask or nextTick joins none (Node 24, 2 cores).
    setImmediate(() => {
      if (this.#gathering.get(companyKey) === batch) this.#gathering.delete(companyKey);
      void this.#send(batch);
    });
    return batch;
  }

  async #send(batch: EntityBatch): Promise<void> {
    const { source, running, metrics } = this.#options;
    const { scope, isShared } = batch.options;
    const keys = [...batch.representations.keys()].map((key) => toStoreKey(scope, key));
    running.add(batch);
    if (isShared) for (const key of keys) this.#underWay.set(key, batch);
    metrics.requests();
    try {
      const answer = await batch.ask(source);
      scope.isPublic = answer.cachePolicy.isPublic;
      this.#keep(batch, answer);
      batch.settle(answer);
    } catch (error) {
      // Nobody answered, which says nothing about any viewer: it is so for all of them.
      batch.fail(error);
    } finally {
      running.delete(batch);
      if (this.#firsts.get(scope) === batch) this.#firsts.delete(scope);
      for (const key of keys) if (this.#underWay.get(key) === batch) this.#underWay.delete(key);
    }
  }

  #keep(batch: EntityBatch, { texts, cachePolicy: { isPublic, maxAgeSeconds } }: BatchAnswer): void {
    if (!isPublic) return;
    for (const [key, representation] of batch.representations) {
      const text = texts.get(key);
      if (text === undefined || batch.isOld(representation)) continue;
      const entity = { text, tags: tagsOf(representation) };
      this.#options.store.keep(toStoreKey(batch.options.scope, key), entity, maxAgeSeconds);
    }
  }
}

/** The scope alone when viewers may be joined: when its last answer was public. */
function toCompanyKey({ scope, requester }: Asker, company: Company): string {
  return company === 'anybody' && scope.isPublic === true ? scope.id : `${scope.id} ${requester}`;
}
