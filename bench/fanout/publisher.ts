/**
 * Decides when events happen: at a fixed rate, or as fast as they are delivered. The second keeps a few events under way per conversation, counted at the
 * subscriber that is furthest behind, so that the server always has work and never falls so far behind that it turns to other means. Used by
 * measure-cell.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Order, RunningPeer } from './peers/peer.ts';
import type { Scene } from './scenes.ts';
import type { Subscribers } from './subscribers/subscribers.ts';

export interface Publisher extends Disposable {
  /** By conversation. */
  readonly published: readonly number[];
  /** So many deliveries a second for so long, whether they come or not. */
  pace(deliveriesPerSecond: number, ms: number): Promise<void>;
  /** As many as are delivered, until the end. */
  saturate(): void;
  /** Resolves when everything that was ordered is on its way; rejects when something could not be published. */
  end(): Promise<void>;
}

/** What is under way is as much as was delivered in this time, so that fast and slow servers have their work in hand. */
const underWayMs = 250;
const eventsUnderWayMin = 2;
/** Below what MessageMe lets one subscription have under way before it reads on from the store. */
const eventsUnderWayMax = 64;
const adjustMs = 100;
/** New ones are ordered when this share of them has been delivered. */
const refillShare = 1 / 4;

/** Listens to the progress of the subscribers. */
export function createPublisher(peer: RunningPeer, subscribers: Subscribers, scene: Scene): Publisher {
  const { subscribers: count, conversations } = scene;
  const published = Array.from({ length: conversations }, () => 0);
  const publishing = new Set<Promise<void>>();
  let slowest: readonly number[] = [...published];
  let isSaturating = false;
  /** Of each conversation. */
  let underWay = eventsUnderWayMin;
  let failure: unknown = null;

  function order(orders: readonly Order[]): void {
    if (orders.length === 0) return;
    for (const { conversation, events } of orders)
      published[conversation] = (published[conversation] ?? 0) + events;
    const sent: Promise<void> = peer
      .publish(orders)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => publishing.delete(sent));
    publishing.add(sent);
  }

  function refill(): void {
    if (!isSaturating) return;
    const orders = slowest.map((delivered, conversation) => ({
      conversation,
      events: underWay - ((published[conversation] ?? 0) - delivered),
    }));
    order(orders.filter(({ events }) => events >= underWay * refillShare));
  }

  async function adjust(): Promise<void> {
    while (isSaturating) {
      const before = sum(slowest);
      await delay(adjustMs);
      const inTime = ((sum(slowest) - before) / conversations) * (underWayMs / adjustMs);
      underWay = Math.min(Math.max(Math.ceil(inTime), eventsUnderWayMin), 2 * underWay, eventsUnderWayMax);
      refill();
    }
  }

  subscribers.onProgress((next) => {
    slowest = next;
    refill();
  });
  return {
    published,
    pace: async (deliveriesPerSecond, ms) => {
      const eventMs = (1_000 * count) / conversations / deliveriesPerSecond;
      const startedAt = performance.now();
      for (let n = 0; n * eventMs < ms; n += 1) {
        await delay(Math.max(startedAt + n * eventMs - performance.now(), 0));
        order([{ conversation: n % conversations, events: 1 }]);
      }
    },
    saturate: () => {
      isSaturating = true;
      refill();
      void adjust();
    },
    end: async () => {
      isSaturating = false;
      await Promise.all(publishing);
      if (failure !== null) throw failure;
    },
    [Symbol.dispose]: () => {
      isSaturating = false;
    },
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
