/** One subscription as a stream: its order and its ends. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditCase } from '../case.ts';
import { expect, expectData } from '../case.ts';
import { describeEnd, shorten } from '../clients/result.ts';
import { spec, ws } from '../sources.ts';
import { nameOf } from '../subgraphs/accounts.ts';
import { describeOrder, isDense, ownedTicks, positionsOf, publishTicks, quietMs, ticks } from './ticks.ts';

const rapidWaitMs = 20_000;

const order: readonly AuditCase[] = [
  {
    name: 'order/rapid-events',
    rule: 'Five hundred events at once arrive in their order, although what is fetched for them takes different times.',
    source: spec.responseStream,
    run: async (scene) => {
      const operation = await scene.follow(ownedTicks);
      publishTicks(scene, 500, (n) => ({ id: `slow:${scene.feed}-${n}` }));
      await operation.result(500, rapidWaitMs);
      expect(isDense(positionsOf(operation.results)), describeOrder(positionsOf(operation.results)));
      const wrong = operation.results.findIndex(
        ({ data }, n) => JSON.stringify(data).includes(nameOf(`slow:${scene.feed}-${n}`)) === false,
      );
      expect(wrong === -1, `event ${wrong + 1} has another one's owner`);
      return '500 events in order';
    },
  },
  {
    name: 'order/events-right-after-the-start',
    rule: 'Events that the source sends the moment it is opened are not lost.',
    source: spec.sourceStream,
    run: async (scene) => {
      publishTicks(scene, 20, () => ({ id: 'u1' }));
      const query = `subscription ($feed: String!) { ticked(feed: $feed, after: 0) { position owner { name } } }`;
      const operation = await scene.follow(query);
      await operation.result(20);
      expect(isDense(positionsOf(operation.results)), describeOrder(positionsOf(operation.results)));
      return '20 events';
    },
  },
];

const ends: readonly AuditCase[] = [
  {
    name: 'ends/unsubscribe-stops-the-source',
    rule: '`complete` of the client ends the source stream in the subgraph.',
    source: spec.unsubscribe,
    run: async (scene) => {
      const operation = await scene.follow(ownedTicks);
      operation.stop();
      await scene.world.feeds.waitClosed(scene.feed);
      return 'closed';
    },
  },
  {
    name: 'ends/disconnect-stops-the-source',
    rule: 'So does a connection that breaks.',
    source: spec.unsubscribe,
    run: async (scene) => {
      const socket = await scene.connect();
      await scene.follow(ownedTicks, { socket });
      socket.terminate();
      await scene.world.feeds.waitClosed(scene.feed);
      return 'closed';
    },
  },
  {
    name: 'ends/unsubscribe-while-fetching',
    rule: 'So does `complete` while fields of an event are being fetched; the socket stays open.',
    source: spec.unsubscribe,
    run: async (scene) => {
      const socket = await scene.connect();
      const operation = await scene.follow(ownedTicks, { socket });
      publishTicks(scene, 30, (n) => ({ id: `slow:${n}` }));
      await operation.result();
      operation.stop();
      await scene.world.feeds.waitClosed(scene.feed);
      expect(socket.isOpen, 'the socket was closed');
      return 'closed';
    },
  },
  {
    name: 'ends/nothing-after-complete',
    rule: 'Nothing comes for an operation that the client has completed.',
    source: ws.complete,
    run: async (scene) => {
      const operation = await scene.follow(ticks);
      publishTicks(scene, 1, () => null);
      await operation.result();
      operation.stop();
      await scene.world.feeds.waitClosed(scene.feed);
      const { length } = operation.late;
      publishTicks(scene, 3, () => null);
      await delay(quietMs);
      expect(operation.late.length === length, shorten(operation.late));
      return 'nothing';
    },
  },
  {
    name: 'ends/nothing-after-the-servers-complete',
    rule: 'Nor for one that the server has completed.',
    source: ws.complete,
    run: async (scene) => {
      const operation = await scene.follow(ownedTicks);
      publishTicks(scene, 3, (n) => ({ id: `slow:${n}` }));
      scene.world.feeds.complete(scene.feed);
      await operation.ended();
      await delay(quietMs);
      expect(operation.late.length === 0, shorten(operation.late));
      return 'nothing';
    },
  },
  {
    name: 'ends/same-id-again',
    rule: 'An id may be used again once its operation is completed, by the client or the server.',
    source: ws.subscribe,
    run: async (scene) => {
      const socket = await scene.connect();
      const first = socket.start({ query: ticks, variables: { feed: scene.feed } }, 'again');
      await scene.world.feeds.waitOpen(scene.feed);
      first.stop();
      await scene.world.feeds.waitClosed(scene.feed);
      const other = `${scene.feed}-other`;
      const second = socket.start({ query: ticks, variables: { feed: other } }, 'again');
      await scene.world.feeds.waitOpen(other);
      scene.world.feeds.publish(other, {});
      expectData(await second.result(), { ticked: { position: 1 } });
      scene.world.feeds.complete(other);
      expect((await second.ended()).kind === 'complete', describeEnd(second.end));
      const { end } = await scene.attempt({ query: '{ __typename }' }, socket);
      expect(end.kind === 'complete' && socket.isOpen, describeEnd(end));
      return 'used twice';
    },
  },
];

export const streamCases: readonly AuditCase[] = [...order, ...ends];
