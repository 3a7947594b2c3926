/** What goes wrong inside an event: failing fields, entities that are not there, nulls where none may be, faulty subgraphs. */
import type { AuditCase, Scene } from '../case.ts';
import { expect, expectData, RuleBroken } from '../case.ts';
import type { Result } from '../clients/result.ts';
import { describeEnd, shorten } from '../clients/result.ts';
import { fed, spec, ws } from '../sources.ts';
import { forbidden, nameOf } from '../subgraphs/accounts.ts';
import { publishTicks } from './ticks.ts';

type Path = readonly (string | number)[];

interface FailingEvent extends Omit<AuditCase, 'run'> {
  /** Takes `$feed: String!`. */
  readonly query: string;
  readonly event: unknown;
  readonly data: unknown;
  /** One error each, in any order. */
  readonly paths: readonly Path[];
}

/** Right when the result has exactly this data and errors at exactly these paths. */
function failingEvent({ query, event, data, paths, ...rest }: FailingEvent): AuditCase {
  return {
    ...rest,
    run: async (scene) => {
      const result = await deliver(scene, query, event);
      expectData({ data: result.data ?? null }, data);
      const found = pathsOf(result);
      const wanted = paths.map((path) => JSON.stringify(path)).sort();
      expect(
        JSON.stringify(found) === JSON.stringify(wanted),
        `errors at ${found.join(' ') || 'no path'} instead of ${wanted.join(' ')}`,
      );
      return `${shorten(result.data)}, errors at ${found.join(' ')}`;
    },
  };
}

async function deliver(scene: Scene, query: string, event: unknown): Promise<Result> {
  const operation = await scene.follow(query);
  scene.world.feeds.publish(scene.feed, event);
  return operation.result();
}

function pathsOf({ errors = [] }: Result): string[] {
  return [...new Set(errors.map(({ path }) => JSON.stringify(path ?? null)))].sort();
}

const broken = { id: 'broken:u1' };
const fine = { id: 'u2' };

const paths: readonly AuditCase[] = [
  failingEvent({
    name: 'errors/field-of-the-event',
    rule: 'An error of the source inside an event comes with the rest of it and its path.',
    source: spec.errors,
    query:
      'subscription ($feed: String!) { changed: productChanged(feed: $feed) { id bad: faulty owner { name } } }',
    event: { id: 'p1', owner: fine },
    data: { changed: { id: 'p1', bad: null, owner: { name: nameOf('u2') } } },
    paths: [['changed', 'bad']],
  }),
  failingEvent({
    name: 'errors/whole-event',
    rule: 'An event that is only an error is a result with its errors.',
    source: spec.responseStream,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { id owner { name } } }',
    event: forbidden('not for you'),
    data: { productChanged: null },
    paths: [['productChanged']],
  }),
  failingEvent({
    name: 'errors/fetched-field',
    rule: 'An error of a fetched field has the path that the client knows, with its aliases.',
    source: spec.errors,
    query: `subscription ($feed: String!) { changed: productChanged(feed: $feed) { id who: owner { called: strictName } } }`,
    event: { id: 'p1', owner: broken },
    data: { changed: { id: 'p1', who: null } },
    paths: [['changed', 'who', 'called']],
  }),
  failingEvent({
    name: 'errors/item-of-a-list',
    rule: 'In a list its path has the index, and the other items are whole.',
    source: spec.errors,
    query: 'subscription ($feed: String!) { productsChanged(feed: $feed) { owner { strictName } } }',
    event: [
      { id: 'p1', owner: fine },
      { id: 'p2', owner: broken },
      { id: 'p3', owner: { id: 'u3' } },
    ],
    data: {
      productsChanged: [
        { owner: { strictName: nameOf('u2') } },
        { owner: null },
        { owner: { strictName: nameOf('u3') } },
      ],
    },
    paths: [['productsChanged', 1, 'owner', 'strictName']],
  }),
  {
    name: 'errors/refused-entity',
    rule: 'An entity that its subgraph refuses leaves an error at its place, and the rest of the event whole.',
    source: fed.subgraphSpec,
    run: async (scene) => {
      const query =
        'subscription ($feed: String!) { productChanged(feed: $feed) { id rating owner { name } } }';
      const result = await deliver(scene, query, { id: 'p1', owner: { id: 'refused:u1' } });
      const { owner, ...rest } = (result.data?.productChanged ?? {}) as { owner?: { name: unknown } | null };
      expectData({ data: rest }, { id: 'p1', rating: 2 });
      expect(owner === null || owner?.name === null, shorten(result.data));
      const found = pathsOf(result);
      expect(
        found.length === 1 && found[0]?.startsWith('["productChanged","owner"') === true,
        `errors at ${found}`,
      );
      return `${shorten(result.data)}, errors at ${found}`;
    },
  },
  {
    name: 'errors/among-rapid-events',
    rule: 'Of many events at once, those that fail have their own errors, and the others none.',
    source: spec.responseStream,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { ticked(feed: $feed) { position owner { strictName } } }';
      const operation = await scene.follow(query);
      const isBroken = (position: number) => position % 3 === 0;
      publishTicks(scene, 60, (n) => (isBroken(n + 1) ? broken : { id: `slow:${n + 1}` }));
      await operation.result(60);
      for (const [index, result] of operation.results.entries()) {
        const position = index + 1;
        const owner = isBroken(position) ? null : { strictName: nameOf(`slow:${position}`) };
        expectData({ data: result.data ?? null }, { ticked: { position, owner } });
        const wanted = isBroken(position) ? ['["ticked","owner","strictName"]'] : [];
        expect(pathsOf(result).join() === wanted.join(), `event ${position}: errors at ${pathsOf(result)}`);
      }
      return '20 of 60 events with an error each';
    },
  },
  {
    name: 'errors/extensions',
    rule: 'Code and extensions of an error of a subgraph reach the client, from the source and from others.',
    source: spec.errors,
    run: async (scene) => {
      const query =
        'subscription ($feed: String!) { productChanged(feed: $feed) { faulty owner { strictName } } }';
      const { errors = [] } = await deliver(scene, query, { id: 'p1', owner: broken });
      const seen = errors.map(({ message, extensions }) => [message, extensions?.code, extensions?.reason]);
      const isWhole = errors.every(
        ({ extensions }) => extensions?.code === 'FORBIDDEN' && extensions.reason === 'audit',
      );
      expect(errors.length === 2 && isWhole, shorten(seen, 300));
      return shorten(seen);
    },
  },
];

const bubbling: readonly AuditCase[] = [
  failingEvent({
    name: 'nulls/up-to-a-nullable-parent',
    rule: 'A null goes up to the next field that may be null, and no further.',
    source: spec.nullBubbling,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { id strictOwner { strictName } } }',
    event: { id: 'p1', strictOwner: broken },
    data: { productChanged: null },
    paths: [['productChanged', 'strictOwner', 'strictName']],
  }),
  failingEvent({
    name: 'nulls/up-to-data',
    rule: 'When no field on the way may be null, `data` is null.',
    source: spec.nullBubbling,
    query:
      'subscription ($feed: String!) { requiredProductChanged(feed: $feed) { id strictOwner { strictName } } }',
    event: { id: 'p1', strictOwner: broken },
    data: null,
    paths: [['requiredProductChanged', 'strictOwner', 'strictName']],
  }),
  failingEvent({
    name: 'nulls/up-through-a-list',
    rule: 'A list whose items may not be null becomes null, its parent only when it has to.',
    source: spec.nullBubbling,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { id strictGrid { strictName } } }',
    event: { id: 'p1', strictGrid: [[fine], [fine, broken]] },
    data: { productChanged: { id: 'p1', strictGrid: null } },
    paths: [['productChanged', 'strictGrid', 1, 1, 'strictName']],
  }),
  failingEvent({
    name: 'nulls/item-of-a-nested-list',
    rule: 'An item that may be null is null in its place.',
    source: spec.nullBubbling,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { grid { strictName } } }',
    event: { id: 'p1', grid: [[fine], [broken, fine]] },
    data: {
      productChanged: { grid: [[{ strictName: nameOf('u2') }], [null, { strictName: nameOf('u2') }]] },
    },
    paths: [['productChanged', 'grid', 1, 0, 'strictName']],
  }),
  {
    name: 'nulls/next-event-is-whole',
    rule: 'An event that became null is followed by whole ones.',
    source: spec.responseStream,
    run: async (scene) => {
      const query =
        'subscription ($feed: String!) { requiredProductChanged(feed: $feed) { strictOwner { strictName } } }';
      const operation = await scene.follow(query);
      scene.world.feeds.publish(scene.feed, { id: 'p1', strictOwner: broken });
      scene.world.feeds.publish(scene.feed, { id: 'p1', strictOwner: fine });
      return expectData(await operation.result(2), {
        requiredProductChanged: { strictOwner: { strictName: nameOf('u2') } },
      });
    },
  },
];

const absent: readonly AuditCase[] = [
  {
    name: 'entities/missing',
    rule: 'An entity that its subgraph does not know leaves null in fields that may be null, and the rest whole.',
    source: fed.subgraphSpec,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { productsChanged(feed: $feed) { id owner { name } } }';
      const { data } = await deliver(scene, query, [
        { id: 'p1', owner: { id: 'missing:u1' } },
        { id: 'p2', owner: fine },
      ]);
      const [first, second] = (data?.productsChanged ?? []) as { owner: { name: unknown } | null }[];
      expect(first !== undefined && (first.owner === null || first.owner.name === null), shorten(data, 300));
      expect(second?.owner?.name === nameOf('u2'), shorten(data, 300));
      return shorten(data);
    },
  },
  {
    name: 'entities/missing-under-non-null',
    rule: 'Where the field may not be null, its parent is null and there is an error.',
    source: spec.nullBubbling,
    run: async (scene) => {
      const query =
        'subscription ($feed: String!) { productChanged(feed: $feed) { id owner { strictName } } }';
      const result = await deliver(scene, query, { id: 'p1', owner: { id: 'missing:u1' } });
      expectData({ data: result.data ?? null }, { productChanged: { id: 'p1', owner: null } });
      expect((result.errors?.length ?? 0) > 0, `no error: ${shorten(result, 300)}`);
      return shorten(result.errors);
    },
  },
  {
    name: 'faulty/event-without-typename',
    rule: 'An event that lacks `__typename` where entities are to be fetched is completed or an error, never silent nulls.',
    source: fed.subscriptions,
    run: async (scene) => {
      const query =
        'subscription ($feed: String!) { productChanged(feed: $feed) { id rating owner { name } } }';
      const operation = await scene.follow(query);
      scene.world.feeds.publish(scene.feed, { id: 'p1', owner: fine }, { isUntyped: true });
      const result = await operation.result();
      if (result.errors !== undefined) return shorten(result.errors);
      return expectData(result, { productChanged: { id: 'p1', rating: 2, owner: { name: nameOf('u2') } } });
    },
  },
];

/** Nothing more of it may come, and the client has to know. */
async function expectTold(scene: Scene, act: () => void): Promise<string> {
  const socket = await scene.connect();
  const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { id owner { name } } }';
  const operation = await scene.follow(query, { socket });
  scene.world.feeds.publish(scene.feed, { id: 'p1', owner: fine });
  await operation.result();
  act();
  const end = await operation.ended().catch(() => null);
  if (end === null) throw new RuleBroken(`silence after ${shorten(operation.results)}`);
  const last = operation.results.at(-1);
  const isTold = end.kind !== 'complete' || last?.errors !== undefined;
  expect(isTold, `${describeEnd(end)} without an error after ${shorten(operation.results)}`);
  return end.kind === 'complete' ? shorten(last) : describeEnd(end);
}

const sources: readonly AuditCase[] = [
  {
    name: 'source/throws',
    rule: 'A source stream that fails ends the operation with an error.',
    source: spec.responseStream,
    run: (scene) =>
      expectTold(scene, () => scene.world.feeds.fail(scene.feed, forbidden('the source has failed'))),
  },
  {
    name: 'source/refused',
    rule: 'A source stream that can not be made ends the operation with an error, not the socket.',
    source: spec.sourceStream,
    run: async (scene) => {
      scene.world.feeds.refuse(scene.feed, forbidden('no such feed'));
      const socket = await scene.connect();
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { id } }';
      const { operation, end } = await scene.attempt({ query, variables: { feed: scene.feed } }, socket);
      expect(socket.isOpen, 'the socket was closed');
      if (end.kind === 'error') return describeEnd(end);
      // A server that has called it executed may have a `data` with null in it.
      expect(operation.results[0]?.errors !== undefined, `${describeEnd(end)} without an error`);
      return shorten(operation.results[0]);
    },
  },
  {
    name: 'source/completes',
    rule: 'A source stream that completes ends the operation with `complete`, behind all its events.',
    source: ws.complete,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { ticked(feed: $feed) { position owner { name } } }';
      const operation = await scene.follow(query);
      for (let n = 0; n < 3; n += 1) scene.world.feeds.publish(scene.feed, { owner: { id: `slow:${n}` } });
      scene.world.feeds.complete(scene.feed);
      const end = await operation.ended();
      expect(end.kind === 'complete', describeEnd(end));
      expect(operation.results.length === 3, `${operation.results.length} of 3 events before complete`);
      return '3 events, then complete';
    },
  },
  {
    name: 'source/completes-at-once',
    rule: 'So does one that completes without an event.',
    source: ws.complete,
    run: async (scene) => {
      scene.world.feeds.completeAtOnce(scene.feed);
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { id owner { name } } }';
      const { operation, end } = await scene.attempt({ query, variables: { feed: scene.feed } });
      expect(end.kind === 'complete' && operation.results.length === 0, describeEnd(end));
      return 'complete';
    },
  },
];

export const failureCases: readonly AuditCase[] = [...paths, ...bubbling, ...absent, ...sources];
