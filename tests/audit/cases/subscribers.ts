/** Many subscriptions at once: who gets what, with the same document, other variables, other viewers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditCase, Scene } from '../case.ts';
import { expect, expectData, NotApplicable } from '../case.ts';
import { shorten } from '../clients/result.ts';
import type { AuditSocket, Operation } from '../clients/socket.ts';
import type { ViewerName } from '../clients/target.ts';
import { fed, spec, ws } from '../sources.ts';
import { nameOf } from '../subgraphs/accounts.ts';
import { until } from '../until.ts';
import { describeOrder, feedAll, isDense, ownedTicks, positionsOf, quietMs } from './ticks.ts';

const catchUpMs = 10_000;

async function openMany(scene: Scene, count: number, perSocket: number): Promise<Operation[]> {
  const operations: Operation[] = [];
  let socket: AuditSocket | null = null;
  for (let n = 0; n < count; n += 1) {
    if (socket === null || n % perSocket === 0) socket = await scene.connect();
    operations.push(socket.start({ query: ownedTicks, variables: { feed: scene.feed } }));
  }
  return operations;
}

const together: readonly AuditCase[] = [
  {
    name: 'together/hundred-identical',
    rule: 'A hundred identical subscriptions on five sockets get the same events, each all of them from its first on.',
    source: spec.subscription,
    run: async (scene) => {
      const operations = await openMany(scene, 100, 20);
      await feedAll(scene, operations, { owner: { id: scene.feed } });
      const last = Math.max(...operations.flatMap(({ results }) => positionsOf(results)));
      await until(
        'everybody to have the last event',
        () => operations.every(({ results }) => positionsOf(results).at(-1) === last),
        catchUpMs,
      );
      const unlike = operations.find(({ results }) => {
        const positions = positionsOf(results);
        return (
          !isDense(positions, positions[0]) ||
          results.some(({ data }) => !JSON.stringify(data).includes(nameOf(scene.feed)))
        );
      });
      const positions = positionsOf(unlike?.results ?? []);
      expect(unlike === undefined, describeOrder(positions, positions[0]));
      const { length } = scene.world.entityRequests('accounts', scene.feed);
      return `all the same; ${scene.world.feeds.open(scene.feed)} source streams, ${length} entity requests for ${last} events`;
    },
  },
  {
    name: 'together/first-leaves',
    rule: 'When the first of several identical subscriptions leaves, the others go on; when the last does, the source ends.',
    source: spec.unsubscribe,
    run: async (scene) => {
      const [first, second, third] = await openMany(scene, 3, 1);
      if (first === undefined || second === undefined || third === undefined) throw new Error('not opened');
      await feedAll(scene, [first, second, third], { owner: { id: 'u1' } });
      first.stop();
      await delay(quietMs);
      const counts = [second, third].map(({ results }) => results.length);
      scene.world.feeds.publish(scene.feed, { owner: { id: 'u2' } });
      await Promise.all([second, third].map((one, n) => one.result((counts[n] ?? 0) + 1)));
      second.stop();
      third.stop();
      await scene.world.feeds.waitClosed(scene.feed);
      return 'the others went on, then the source was closed';
    },
  },
  {
    name: 'together/two-on-one-socket',
    rule: 'Two subscriptions on a socket each get their own events.',
    source: ws.communication,
    run: async (scene) => {
      const socket = await scene.connect();
      const other = `${scene.feed}-other`;
      const [one, two] = [
        await scene.follow(ownedTicks, { socket }),
        await scene.follow(ownedTicks, { socket, feed: other }),
      ];
      for (const [feed, id] of [
        [scene.feed, 'one'],
        [other, 'two'],
      ] as const)
        for (let n = 0; n < 5; n += 1) scene.world.feeds.publish(feed, { owner: { id } });
      await Promise.all([one.result(5), two.result(5)]);
      await delay(quietMs);
      for (const [operation, id] of [
        [one, 'one'],
        [two, 'two'],
      ] as const) {
        const isOwn = operation.results.every(({ data }) => JSON.stringify(data).includes(nameOf(id)));
        expect(isOwn && operation.results.length === 5, shorten(operation.results, 300));
      }
      return '5 events each';
    },
  },
  {
    name: 'together/different-variables',
    rule: 'The same document with other variables is another subscription, also when only fetched fields depend on them.',
    source: spec.variables,
    run: async (scene) => {
      const query = `subscription ($feed: String!, $repeat: Int) { productChanged(feed: $feed) {
        owner { greeting(repeat: $repeat words: []) } } }`;
      const one = await scene.follow(query, { variables: { repeat: 1 } });
      const socket = await scene.connect();
      const two = socket.start({ query, variables: { feed: scene.feed, repeat: 2 } });
      const event = { id: 'p1', owner: { id: 'u1' } };
      await feedAll(scene, [one, two], event);
      const data = (repeat: number) => ({
        productChanged: { owner: { greeting: { repeat, words: [] } } },
      });
      for (const [operation, repeat] of [
        [one, 1],
        [two, 2],
      ] as const)
        for (const result of operation.results) expectData(result, data(repeat));
      return 'each its own';
    },
  },
];

/** Two people subscribe to the same; the field says whom the subgraph took them for. */
async function whoIsSeen(scene: Scene, query: string, event: object): Promise<string> {
  const viewers: readonly ViewerName[] = ['first', 'second'];
  const operations = [
    await scene.follow(query, { viewer: 'first' }),
    (await scene.connect('second')).start({ query, variables: { feed: scene.feed } }),
  ];
  await feedAll(scene, operations, event);
  const seen = operations.map(({ results }) => [
    ...new Set(results.map(({ data }) => /"seenBy":("\w+"|null)/.exec(JSON.stringify(data))?.[1])),
  ]);
  if (seen.flat().every((one) => one === 'null'))
    throw new NotApplicable('no credentials reach the subgraph');
  const isRight = viewers.every((viewer, n) => seen[n]?.length === 1 && seen[n][0] === `"${viewer}"`);
  expect(isRight, `the first was seen as ${seen[0]}, the second as ${seen[1]}`);
  return 'each as themselves';
}

const viewers: readonly AuditCase[] = [
  {
    name: 'viewers/field-of-the-event',
    rule: 'A field of the source that depends on the viewer is never that of another viewer.',
    source: fed.subscriptions,
    run: (scene) =>
      whoIsSeen(scene, 'subscription ($feed: String!) { productChanged(feed: $feed) { seenBy } }', {
        id: 'p1',
      }),
  },
  {
    name: 'viewers/fetched-field',
    rule: 'Nor is one that is fetched from another subgraph.',
    source: fed.subscriptions,
    run: (scene) =>
      whoIsSeen(scene, 'subscription ($feed: String!) { productChanged(feed: $feed) { owner { seenBy } } }', {
        id: 'p1',
        owner: { id: scene.feed },
      }),
  },
];

export const subscriberCases: readonly AuditCase[] = [...together, ...viewers];
