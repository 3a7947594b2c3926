/** The entity cache in front of a subgraph: what is asked how often, and that every fetch gets what it would have got alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import type { SubgraphAnswer } from '#gateway/data-source.ts';
import type { EntityFetchOf, EntityView } from '#tests/gateway/entity-subgraph.ts';
import { EntitySubgraph, personQuery, toProcessOptions, turns } from '#tests/gateway/entity-subgraph.ts';
import { createEntityCache } from './entity-cache.ts';

function start() {
  const subgraph = new EntitySubgraph();
  const metrics = new Registry();
  const cache = createEntityCache({ bytesMax: 1024 * 1024, metrics });
  const source = cache.cover('people', subgraph);
  return {
    subgraph,
    ask: (fetch: EntityFetchOf) => source.process(toProcessOptions(fetch)),
    drop: (id: string) => cache.drop({ __typename: 'Person', id }),
    count: async (name: string) => {
      const { values = [] } = (await metrics.getSingleMetric(`gateway_entity_${name}`)?.get()) ?? {};
      return values.reduce((sum, { value }) => sum + value, 0);
    },
    asked: () => subgraph.requests.map(({ viewer, ids }) => `${viewer}: ${ids.join()}`),
  };
}

const viewsOf = ({ data }: SubgraphAnswer) => (data as { _entities: (EntityView | null)[] })._entities;
const namesOf = (answer: SubgraphAnswer) => viewsOf(answer).map((view) => view?.name ?? null);

test('what is public is asked once, in any order and number, and counts for as long as the subgraph says', async () => {
  const { ask, asked, count } = start();
  const first = await ask({ viewer: 'ada', ids: ['p1', 'p2', 'p1'] });
  assert.deepEqual(namesOf(first), ['p1', 'p2', 'p1']);
  assert.deepEqual(first.cachePolicy, { isPublic: true, maxAgeSeconds: 60 });
  const second = await ask({ viewer: 'linus', ids: ['p3', 'p2', 'p1'] });
  assert.deepEqual(namesOf(second), ['p3', 'p2', 'p1']);
  const third = await ask({ viewer: 'grace', ids: ['p2'] });
  assert.deepEqual(namesOf(third), ['p2']);
  assert.ok(third.cachePolicy.isPublic && third.cachePolicy.maxAgeSeconds >= 59);
  assert.deepEqual(asked(), ['ada: p1,p2', 'linus: p3']);
  assert.deepEqual([await count('cache_hits_total'), await count('cache_misses_total')], [3, 3]);
  assert.ok((await count('cache_bytes')) > 0);
});

test('an executor changes what it got, and nobody else notices', async () => {
  const { ask } = start();
  const graft = (answer: SubgraphAnswer) => {
    for (const view of viewsOf(answer)) Object.assign(view ?? {}, { name: 'changed', grafted: true });
  };
  const together = await Promise.all([
    ask({ viewer: 'ada', ids: ['p1', 'p1'] }),
    ask({ viewer: 'ada', ids: ['p1'] }).then((answer) => {
      graft(answer);
      return answer;
    }),
  ]);
  const [one, other] = viewsOf(together[0]);
  assert.notEqual(one, other);
  assert.deepEqual(namesOf(together[0]), ['p1', 'p1']);
  graft(together[0]);
  for (let round = 0; round < 2; round += 1) {
    const later = await ask({ viewer: 'linus', ids: ['p1', 'p1'] });
    assert.deepEqual(namesOf(later), ['p1', 'p1']);
    graft(later);
  }
});

test('fetches of one turn are one request, also of different viewers once the answers are known to be public', async () => {
  const { ask, asked, count } = start();
  await ask({ viewer: 'ada', ids: ['p0'] });
  const answers = await Promise.all([
    ask({ viewer: 'ada', ids: ['p1', 'p2'] }),
    ask({ viewer: 'linus', ids: ['p2', 'p3'], query: personQuery.replace('Who', 'ByAnotherName') }),
    ask({ viewer: 'grace', ids: ['p2'] }),
  ]);
  assert.deepEqual(answers.map(namesOf), [['p1', 'p2'], ['p2', 'p3'], ['p2']]);
  assert.deepEqual(asked(), ['ada: p0', 'ada: p1,p2,p3']);
  assert.equal(await count('fetches_joined_total'), 2);
  assert.equal(await count('requests_total'), 2);
});

test('a fetch waits for what is under way and asks for the rest', async () => {
  const { ask, asked, subgraph } = start();
  await ask({ viewer: 'ada', ids: ['p0'] });
  subgraph.turns = { before: 5, after: 5 };
  const first = ask({ viewer: 'ada', ids: ['p1', 'p2'] });
  await turns(3);
  const second = ask({ viewer: 'linus', ids: ['p2', 'p3'] });
  assert.deepEqual([await first, await second].map(namesOf), [
    ['p1', 'p2'],
    ['p2', 'p3'],
  ]);
  assert.deepEqual(asked(), ['ada: p0', 'ada: p1,p2', 'linus: p3']);
});

test('while the first answer of all is under way, nobody else asks', async () => {
  for (const isPublic of [true, false]) {
    const { ask, asked, subgraph } = start();
    subgraph.setPublic(personQuery, isPublic);
    const fetches = [ask({ viewer: 'ada', ids: ['p1'] }), ask({ viewer: 'linus', ids: ['p1', 'p2'] })];
    await turns(1);
    fetches.push(ask({ viewer: 'ada', ids: ['p1'] }), ask({ viewer: 'grace', ids: ['p2'] }));
    const answers = await Promise.all(fetches);
    assert.deepEqual(answers.map(namesOf), [['p1'], ['p1', 'p2'], ['p1'], ['p2']]);
    const expected = isPublic
      ? ['ada: p1', 'linus: p2']
      : ['ada: p1', 'linus: p1,p2', 'ada: p1', 'grace: p2'];
    assert.deepEqual(asked(), expected);
  }
});

test('what is not public is asked for each viewer and each time', async () => {
  const { ask, asked, subgraph } = start();
  subgraph.setPublic(personQuery, false);
  const ask3 = () => Promise.all(['ada', 'linus', 'ada'].map((viewer) => ask({ viewer, ids: ['p1'] })));
  for (const answers of [await ask3(), await ask3()]) {
    assert.deepEqual(
      answers.flatMap(viewsOf).map((view) => view?.madeFor),
      ['ada', 'linus', 'ada'],
    );
    assert.ok(answers.every(({ cachePolicy }) => !cachePolicy.isPublic && cachePolicy.maxAgeSeconds === 0));
  }
  await Promise.all([ask({ viewer: 'ada', ids: ['p2'] }), ask({ viewer: 'linus', ids: ['p3'] })]);
  assert.deepEqual(asked(), ['ada: p1', 'linus: p1', 'ada: p1', 'linus: p1', 'ada: p2', 'linus: p3']);
});

test('what is not public is not shared between requests of a viewer that pass on other headers', async () => {
  const { ask, asked, subgraph } = start();
  subgraph.setPublic(personQuery, false);
  const fetch = { viewer: 'ada', ids: ['p1'] };
  await ask(fetch);
  const headers = [{ 'x-tenant': 'acme' }, { 'x-tenant': 'acme' }, { 'x-tenant': 'other' }, {}];
  await Promise.all(headers.map((passedOn) => ask({ ...fetch, headers: passedOn })));
  assert.deepEqual(asked(), ['ada: p1', 'ada: p1', 'ada: p1', 'ada: p1']);
});

test('what is under way and not public is not for a later fetch of the same viewer: a mutation may lie between', async () => {
  for (const wasPublic of [false, true]) {
    const { ask, subgraph } = start();
    if (wasPublic) await ask({ viewer: 'ada', ids: ['p0'] });
    subgraph.setPublic(personQuery, false);
    subgraph.turns = { before: 0, after: 5 };
    const before = ask({ viewer: 'ada', ids: ['p1'] });
    await turns(3);
    subgraph.change('p1');
    const behind = ask({ viewer: 'ada', ids: ['p1'] });
    assert.deepEqual([viewsOf(await before)[0]?.version, viewsOf(await behind)[0]?.version], [1, 2]);
  }
});

test('a joined answer that turns out not to be public is for its viewer; the others ask again', async () => {
  const { ask, asked, subgraph } = start();
  await ask({ viewer: 'ada', ids: ['p0'] });
  subgraph.setPublic(personQuery, false);
  subgraph.turns = { before: 5, after: 5 };
  const early = ['ada', 'linus', 'linus'].map((viewer) => ask({ viewer, ids: ['p1'] }));
  await turns(3);
  const late = ['ada', 'grace'].map((viewer) => ask({ viewer, ids: ['p1'] }));
  const answers = await Promise.all([...early, ...late]);
  assert.deepEqual(
    answers.map((answer) => viewsOf(answer)[0]?.madeFor),
    ['ada', 'linus', 'linus', 'ada', 'grace'],
  );
  const again = ['linus: p1', 'ada: p1', 'grace: p1'];
  assert.deepEqual(asked().toSorted(), ['ada: p0', 'ada: p1', ...again].toSorted());
});

test('what has changed is asked again, also when it changed while it was being fetched', async () => {
  const { ask, asked, count, drop, subgraph } = start();
  const version = async () => viewsOf(await ask({ viewer: 'ada', ids: ['p1', 'p2'] }))[0]?.version;
  assert.equal(await version(), 1);
  subgraph.change('p1');
  drop('p1');
  assert.equal(await count('cache_invalidations_total'), 1);
  subgraph.turns = { before: 0, after: 5 };
  const early = version();
  await turns(3);
  subgraph.change('p1');
  drop('p1');
  const late = version();
  assert.deepEqual([await early, await late], [2, 3]);
  assert.equal(await version(), 3);
  assert.deepEqual(asked(), ['ada: p1,p2', 'ada: p1', 'ada: p1']);
});

test('nobody is kept, for nobody may become somebody', async () => {
  const { ask, asked } = start();
  for (let round = 0; round < 2; round += 1)
    assert.deepEqual(namesOf(await ask({ viewer: 'ada', ids: ['none', 'p1'] })), [null, 'p1']);
  assert.deepEqual(asked(), ['ada: none,p1', 'ada: none']);
});

test('an error of one entity is told where that entity was wanted, and nothing of that answer is kept', async () => {
  const { ask, asked, subgraph } = start();
  subgraph.refused.add('p2');
  const answers = await Promise.all([
    ask({ viewer: 'ada', ids: ['p1', 'p2', 'p2'] }),
    ask({ viewer: 'ada', ids: ['p3'] }),
    ask({ viewer: 'ada', ids: ['p2'] }),
  ]);
  const errorsOf = ({ errors = [] }: SubgraphAnswer) => errors.map(({ path }) => path);
  assert.deepEqual(answers.map(namesOf), [['p1', null, null], ['p3'], [null]]);
  assert.deepEqual(answers.map(errorsOf), [
    [
      ['_entities', 1, 'name'],
      ['_entities', 2, 'name'],
    ],
    [],
    [['_entities', 0, 'name']],
  ]);
  subgraph.refused.clear();
  await ask({ viewer: 'ada', ids: ['p1'] });
  assert.deepEqual(asked(), ['ada: p1,p2,p3', 'ada: p1']);
});

test('an error of the whole answer is told to everyone, beside what was known', async () => {
  const { ask, subgraph } = start();
  await ask({ viewer: 'ada', ids: ['p1'] });
  subgraph.refusesAll = true;
  const [some, none] = await Promise.all([
    ask({ viewer: 'ada', ids: ['p1', 'p2'] }),
    ask({ viewer: 'ada', ids: ['p3'] }),
  ]);
  assert.deepEqual(namesOf(some), ['p1', null]);
  assert.equal(none.data, null);
  for (const { errors, cachePolicy } of [some, none]) {
    assert.deepEqual(
      errors?.map(({ message, path }) => [message, path]),
      [['not for ada', undefined]],
    );
    assert.equal(cachePolicy.isPublic, false);
  }
});

test('a subgraph that does not answer fails each fetch once, and is asked anew', async () => {
  const { ask, asked, subgraph } = start();
  subgraph.isDown = true;
  const answers = await Promise.allSettled([
    ask({ viewer: 'ada', ids: ['p1'] }),
    ask({ viewer: 'ada', ids: ['p1', 'p2'] }),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  subgraph.isDown = false;
  assert.deepEqual(namesOf(await ask({ viewer: 'ada', ids: ['p1'] })), ['p1']);
  assert.deepEqual(asked(), ['ada: p1,p2', 'ada: p1']);
});

test('more than a subgraph takes at once is several requests', async () => {
  const { ask, subgraph } = start();
  const ids = Array.from({ length: 1_100 }, (_, n) => `p${n}`);
  const answers = await Promise.all([
    ask({ viewer: 'ada', ids }),
    ask({ viewer: 'ada', ids: ['p1099', 'p2000'] }),
  ]);
  assert.deepEqual(answers.map(namesOf), [ids, ['p1099', 'p2000']]);
  const sizes = subgraph.requests.map((request) => request.ids.length);
  assert.deepEqual(sizes, [500, 500, 101]);
});

test('what a mutation answers is asked anew, alone', async () => {
  const { ask, asked, subgraph } = start();
  await ask({ viewer: 'ada', ids: ['p1'] });
  subgraph.change('p1');
  const answer = await ask({ viewer: 'ada', ids: ['p1'], operation: 'mutation' });
  assert.equal(viewsOf(answer)[0]?.version, 2);
  assert.deepEqual(asked(), ['ada: p1', 'ada: p1']);
});

test('other requests pass by', async () => {
  const { ask, asked } = start();
  const query = 'query($representations:[_Any!]!){people(like:$representations){name}}';
  for (let round = 0; round < 2; round += 1) await ask({ viewer: 'ada', ids: ['p1'], query });
  assert.deepEqual(asked(), ['ada: p1', 'ada: p1']);
});
