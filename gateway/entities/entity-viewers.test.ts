/**
 * The promise of the entity cache under random use: viewers, queries that are public or not by turns, failures, changes while answers are on their way.
 * Nobody gets an answer that was made for somebody else unless it is public, nothing old outlives its change, and everything else is as without a cache.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import type { SubgraphAnswer } from '#gateway/data-source.ts';
import type { EntityFetchOf, EntityView } from '#tests/gateway/entity-subgraph.ts';
import { EntitySubgraph, personQuery, toProcessOptions, turns } from '#tests/gateway/entity-subgraph.ts';
import { createEntityCache } from './entity-cache.ts';

/** Two that differ by the name a client gave them only, and one that asks otherwise. */
const queries = [
  personQuery,
  personQuery.replace('Who', 'ByAnotherName'),
  personQuery.replace('name version', 'version name'),
];
const people = ['p1', 'p2', 'none'];

const fetchOf = fc.record({
  viewer: fc.constantFrom('ada', 'linus', 'grace'),
  ids: fc.array(fc.constantFrom(...people), { minLength: 1, maxLength: 3 }),
  query: fc.constantFrom(...queries),
  variables: fc.constantFrom({}, {}, { detail: 1 }),
});
/** Turns of the event loop. */
const span = fc.nat(4);
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('fetch' as const), fetch: fetchOf }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), span }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('change' as const), id: fc.constantFrom('p1', 'p2'), span }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('private' as const),
        query: fc.constantFrom(...queries),
        span,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('refusal' as const), id: fc.constantFrom(...people), span }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('down' as const, 'refuses all' as const), span }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pace' as const), before: span, after: span }) },
  ),
  { minLength: 5, maxLength: 60 },
);
type Step = typeof steps extends fc.Arbitrary<(infer Value)[]> ? Value : never;

/** What a result must not be older than, as it was when the fetch began. */
interface Begin {
  /** By the changes that the cache had been told. */
  readonly told: ReadonlyMap<string, number>;
  /** By the subgraph itself. */
  readonly now: ReadonlyMap<string, number>;
}

class World {
  readonly subgraph = new EntitySubgraph();
  readonly #cache;
  readonly #source;
  readonly #told = new Map<string, number>();
  readonly #pending: Promise<void>[] = [];

  constructor(bytesMax: number) {
    this.#cache = createEntityCache({ bytesMax, metrics: new Registry() });
    this.#source = this.#cache.cover('people', this.subgraph);
  }

  async run(all: readonly Step[]): Promise<void> {
    for (const one of all) {
      if (one.kind === 'wait') await turns(one.span);
      else this.#start(this.#take(one));
    }
    await Promise.all(this.#pending);
  }

  #start(taken: Promise<void>): void {
    // Looked at when all steps are done.
    taken.catch(() => undefined);
    this.#pending.push(taken);
  }

  async #take(one: Exclude<Step, { kind: 'wait' }>): Promise<void> {
    const { subgraph } = this;
    switch (one.kind) {
      case 'fetch':
        return this.#fetch(one.fetch);
      case 'change':
        subgraph.change(one.id);
        return this.#tell(one.id, one.span);
      case 'private':
        subgraph.setPublic(one.query, false);
        await turns(2 * one.span);
        return subgraph.setPublic(one.query, true);
      case 'refusal':
        subgraph.refused.add(one.id);
        await turns(one.span);
        return void subgraph.refused.delete(one.id);
      case 'down':
        subgraph.isDown = true;
        await turns(one.span);
        subgraph.isDown = false;
        return;
      case 'refuses all':
        subgraph.refusesAll = true;
        await turns(one.span);
        subgraph.refusesAll = false;
        return;
      case 'pace':
        subgraph.turns = { before: one.before, after: one.after };
    }
  }

  async #tell(id: string, span: number): Promise<void> {
    const version = this.subgraph.version(id);
    await turns(span);
    this.#cache.drop({ __typename: 'Person', id });
    this.#told.set(id, Math.max(version, this.#told.get(id) ?? 1));
  }

  async #fetch(fetch: EntityFetchOf): Promise<void> {
    const begin: Begin = {
      told: new Map(this.#told),
      now: new Map(people.map((id) => [id, this.subgraph.version(id)])),
    };
    const options = toProcessOptions(fetch);
    const asked = JSON.stringify(options);
    const answer = await this.#source.process(options).catch((error: unknown) => {
      assert.ok(error instanceof Error && error.message === 'down');
      return null;
    });
    assert.equal(JSON.stringify(options), asked);
    if (answer !== null) judge(fetch, answer, begin);
  }
}

function judge({ viewer, ids, variables }: EntityFetchOf, answer: SubgraphAnswer, begin: Begin): void {
  const { errors = [], cachePolicy } = answer;
  const views =
    (answer.data as { _entities: (EntityView | null)[] } | null)?._entities ?? ids.map(() => null);
  assert.equal(views.length, ids.length);
  const isRefusedWhole = errors.some(({ path }) => path === undefined);
  for (const [index, id] of ids.entries()) {
    const view = views[index] ?? null;
    const own = errors.filter(({ path }) => path?.[1] === index);
    if (view === null) {
      const isExcused = id === 'none' || isRefusedWhole || own.length === 1;
      assert.ok(isExcused, `${id} is missing without a reason`);
      continue;
    }
    assert.deepEqual(own, []);
    assert.deepEqual(
      Object.keys(view),
      ['name', 'version', 'madeFor', 'detail'],
      'somebody else has changed it',
    );
    assert.deepEqual([view.name, view.detail], [id, variables?.detail ?? null]);
    assert.ok(
      view.madeFor === viewer || view.madeFor === 'anybody',
      `made for ${view.madeFor}, given to ${viewer}`,
    );
    if (cachePolicy.isPublic) assert.equal(view.madeFor, 'anybody');
    const oldest = (view.madeFor === viewer ? begin.now : begin.told).get(id) ?? 1;
    assert.ok(view.version >= oldest, `version ${view.version} of ${id}, at least ${oldest} was due`);
    Object.assign(view, { grafted: true });
  }
  for (const { message, path } of errors) {
    assert.equal(message, `not for ${viewer}`);
    if (path !== undefined) assert.deepEqual([path[0], path[2], path.length], ['_entities', 'name', 3]);
  }
  if (errors.length > 0) assert.equal(cachePolicy.isPublic, false);
}

test('nobody gets what is not theirs, nothing is old, nothing is shared', { timeout: 60_000 }, async () => {
  const bytesMax = fc.constantFrom(3_000, 1024 * 1024);
  await fc.assert(
    fc.asyncProperty(bytesMax, steps, (bytes, all) => new World(bytes).run(all)),
    { numRuns: 1_000 },
  );
});

test('in a world that does not change, answers are those without a cache', async () => {
  const worlds = fc.record({ isPublic: fc.boolean(), refused: fc.uniqueArray(fc.constantFrom(...people)) });
  const bursts = fc.array(fc.array(fetchOf, { maxLength: 6 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(worlds, bursts, async ({ isPublic, refused }, all) => {
      const [alone, covered] = [new EntitySubgraph(), new EntitySubgraph()];
      for (const subgraph of [alone, covered]) {
        for (const query of queries) subgraph.setPublic(query, isPublic);
        for (const id of refused) subgraph.refused.add(id);
      }
      const cache = createEntityCache({ bytesMax: 1024 * 1024, metrics: new Registry() });
      const source = cache.cover('people', covered);
      for (const burst of all) {
        const answers = await Promise.all(burst.map((fetch) => source.process(toProcessOptions(fetch))));
        const expected = await Promise.all(burst.map((fetch) => alone.process(toProcessOptions(fetch))));
        for (const [index, { data, errors }] of answers.entries()) {
          assert.deepEqual(data, expected[index]?.data);
          assert.deepEqual(plain(errors), plain(expected[index]?.errors).toSorted());
        }
      }
      assert.ok(covered.requests.length <= alone.requests.length);
    }),
    { numRuns: 500 },
  );
});

function plain(errors: SubgraphAnswer['errors'] = []): string[] {
  return errors.map(({ message, path }) => JSON.stringify([message, path])).toSorted();
}
