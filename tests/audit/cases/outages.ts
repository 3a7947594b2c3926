/** What breaks around a running subscription: other subgraphs, the connection to the source, the client's own, and the supergraph that changes. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditCase, Scene } from '../case.ts';
import { expect, NotApplicable, RuleBroken } from '../case.ts';
import { postOperation } from '../clients/http.ts';
import type { End } from '../clients/result.ts';
import { describeEnd, shorten } from '../clients/result.ts';
import type { Operation } from '../clients/socket.ts';
import { fed, spec } from '../sources.ts';
import { nameOf } from '../subgraphs/accounts.ts';
import { until } from '../until.ts';
import { describeOrder, isDense, ownedTicks, positionsOf, publishTicks, ticks } from './ticks.ts';

const noticeMs = 20_000;
const outageMs = 2_000;

function isWhole({ data }: Operation['results'][number], id: string): boolean {
  return JSON.stringify(data).includes(nameOf(id));
}

const entitySubgraph: readonly AuditCase[] = [
  {
    name: 'outage/entity-subgraph',
    rule: 'An event that needs a subgraph that is away comes with an error, or whole once it is back, or the client is told.',
    source: fed.subscriptions,
    isAlone: true,
    run: async (scene) => {
      const { accounts } = scene.world.subgraphs;
      const operation = await scene.follow(ownedTicks);
      publishTicks(scene, 1, () => ({ id: 'before' }));
      await operation.result();
      await accounts.stop();
      try {
        publishTicks(scene, 1, () => ({ id: 'during' }));
        await Promise.race([operation.result(2).catch(() => null), delay(outageMs)]);
      } finally {
        await accounts.start();
      }
      await until(
        'a result or an end',
        () => operation.results.length > 1 || operation.end !== null,
        noticeMs,
      );
      const during = operation.results[1];
      if (during === undefined) return `told: ${describeEnd(operation.end)}`;
      const isTold = during.errors !== undefined;
      expect(isTold || isWhole(during, 'during'), `silent: ${shorten(during, 300)}`);
      return isTold ? `error: ${shorten(during.errors)}` : 'whole, once it was back';
    },
  },
  {
    name: 'outage/entity-subgraph-is-back',
    rule: 'Events after the outage are whole, on the same subscription or on a new one of a client that was told.',
    source: fed.subscriptions,
    isAlone: true,
    run: async (scene) => {
      const { accounts } = scene.world.subgraphs;
      let operation = await scene.follow(ownedTicks);
      await accounts.stop();
      try {
        publishTicks(scene, 1, () => ({ id: 'during' }));
        await Promise.race([operation.result().catch(() => null), delay(outageMs)]);
      } finally {
        await accounts.start();
      }
      await delay(outageMs);
      const wasTold = operation.end !== null;
      if (wasTold) operation = await scene.follow(ownedTicks);
      publishTicks(scene, 1, () => ({ id: 'after' }));
      const hasAfter = () => operation.results.some((result) => isWhole(result, 'after'));
      await until('a whole event', hasAfter, noticeMs);
      return wasTold ? 'whole on a new subscription' : 'whole on the same subscription';
    },
  },
];

interface AfterCut {
  readonly operation: Operation;
  /** Null when the subscription goes on. */
  readonly end: End | null;
}

/** The connection to the source breaks under a running subscription, with events before, meanwhile and after. */
async function cutSource(scene: Scene): Promise<AfterCut> {
  const { feeds, subgraphs } = scene.world;
  const operation = await scene.follow(ticks);
  publishTicks(scene, 3, () => null);
  await operation.result(3);
  const openedBefore = feeds.opened(scene.feed);
  const isBack = () => feeds.opened(scene.feed) > openedBefore || operation.end !== null;
  subgraphs.catalog.cut();
  await until('the source to be closed', () => feeds.open(scene.feed) === 0 || isBack(), noticeMs);
  publishTicks(scene, 3, () => null);
  await until('the client to be told or the source to be opened again', isBack, noticeMs).catch(() => {
    throw new RuleBroken('silence for 20 s');
  });
  if (operation.end === null) {
    publishTicks(scene, 3, () => null);
    const last = feeds.published(scene.feed);
    const isOver = () => positionsOf(operation.results).at(-1) === last || operation.end !== null;
    await until('the events after it', isOver, noticeMs);
  }
  return { operation, end: operation.end };
}

const connections: readonly AuditCase[] = [
  {
    name: 'outage/source-connection',
    rule: 'When the connection to the source breaks, the subscription goes on or the client is told; never silence.',
    source: fed.subscriptions,
    isAlone: true,
    run: async (scene) => {
      const { end } = await cutSource(scene);
      return end === null ? 'goes on' : `told: ${describeEnd(end)}`;
    },
  },
  {
    name: 'outage/source-connection-hole',
    rule: 'A subscription that goes on has lost nothing, or the client is told by an error or a close that is no `complete`.',
    source: spec.responseStream,
    isAlone: true,
    run: async (scene) => {
      const { operation, end } = await cutSource(scene);
      const positions = positionsOf(operation.results.filter(({ errors }) => errors === undefined));
      const hasError = operation.results.some(({ errors }) => errors !== undefined);
      if (end?.kind === 'complete' && !hasError) throw new RuleBroken('complete, as if the source had ended');
      if (end !== null || hasError) return `told: ${hasError ? 'by an error' : describeEnd(end)}`;
      expect(isDense(positions), `events ${positions.join(' ')} of 9`);
      return 'nothing lost';
    },
  },
  {
    name: 'resume/after-cursor',
    rule: 'A client that comes back five times with the position of its last event gets every event once.',
    source: spec.variables,
    run: async (scene) => {
      const query =
        'subscription ($feed: String!, $after: Int) { ticked(feed: $feed, after: $after) { position owner { name } } }';
      const seen: number[] = [];
      publishTicks(scene, 10, (n) => ({ id: `slow:${n}` }));
      for (let round = 1; round <= 5; round += 1) {
        const socket = await scene.connect();
        const operation = await scene.follow(query, { socket, variables: { after: seen.at(-1) ?? 0 } });
        publishTicks(scene, 10, (n) => ({ id: `slow:${n}` }));
        await operation.result(7);
        socket.terminate();
        seen.push(...positionsOf(operation.results));
        publishTicks(scene, 5, () => ({ id: 'u1' }));
      }
      const last = await scene.follow(query, { variables: { after: seen.at(-1) ?? 0 } });
      const total = scene.world.feeds.published(scene.feed);
      await last.result(total - seen.length);
      seen.push(...positionsOf(last.results));
      expect(isDense(seen) && seen.length === total, describeOrder(seen));
      return `${total} events over 6 connections, none missing, none twice`;
    },
  },
];

const probeQuery = '{ product(id: "p1") { addedLater } }';
const reloadWaitMs = 20_000;

const reload: readonly AuditCase[] = [
  {
    name: 'reload/compatible-supergraph',
    rule: 'A supergraph with one more field does not end a running subscription, and new ones may use the field.',
    source: fed.subscriptions,
    isAlone: true,
    run: async (scene) => {
      const operation = await scene.follow(ownedTicks);
      publishTicks(scene, 1, () => ({ id: 'u1' }));
      await operation.result();
      scene.world.extendSupergraph();
      await scene.target.reload?.();
      await until('the new field', () => isLoaded(scene), reloadWaitMs).catch(() => {
        throw new NotApplicable('the new supergraph was not taken over in 20 s');
      });
      publishTicks(scene, 1, () => ({ id: 'u2' }));
      const result = await operation.result(2);
      expect(result.errors === undefined && isWhole(result, 'u2'), shorten(result, 300));
      const feed = `${scene.feed}-new`;
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { addedLater } }';
      const newer = await scene.follow(query, { feed });
      scene.world.feeds.publish(feed, { id: 'p1' });
      const { data } = await newer.result();
      expect(JSON.stringify(data).includes('here'), shorten(data));
      return 'goes on';
    },
  },
];

async function isLoaded({ target }: Scene): Promise<boolean> {
  const answer = await postOperation(target, { query: probeQuery }, target.authorization.first).catch(
    () => null,
  );
  return JSON.stringify(answer?.data ?? null).includes('here');
}

export const outageCases: readonly AuditCase[] = [...entitySubgraph, ...connections, ...reload];
