/** Subscriptions whose events are numbered, and what may be said of the numbers. Used by the cases that count. */
import type { Scene } from '../case.ts';
import { expect } from '../case.ts';
import type { Result } from '../clients/result.ts';
import { describeEnd } from '../clients/result.ts';
import type { Operation } from '../clients/socket.ts';
import { until } from '../until.ts';

export const ticks = 'subscription ($feed: String!) { ticked(feed: $feed) { position } }';
export const ownedTicks = 'subscription ($feed: String!) { ticked(feed: $feed) { position owner { name } } }';
/** What should not come has this time to come. */
export const quietMs = 400;

const everybodyWaitMs = 20_000;
const eventWaitMs = 500;

export function positionsOf(results: readonly Result[]): number[] {
  return results.map(
    ({ data }) => (data?.ticked as { position?: number } | undefined)?.position ?? Number.NaN,
  );
}

/** One after the other without a hole, a repeat or a swap. */
export function isDense(positions: readonly number[], first = 1): boolean {
  return positions.every((position, index) => position === first + index);
}

/** Where the order breaks, or how far it goes. */
export function describeOrder(positions: readonly number[], first = 1): string {
  const index = positions.findIndex((position, n) => position !== first + n);
  return index === -1
    ? `${positions.length} in order`
    : `event ${positions[index]} where ${first + index} should be`;
}

export function publishTicks(
  { world, feed }: Scene,
  count: number,
  owner: (n: number) => object | null,
): void {
  for (let n = 0; n < count; n += 1) world.feeds.publish(feed, { owner: owner(n) });
}

/** Publishes until everybody has had some; a gateway may let those who come later share a source stream that is open already. */
export async function feedAll(scene: Scene, operations: readonly Operation[], event: object): Promise<void> {
  const deadline = performance.now() + everybodyWaitMs;
  const count = 5;
  while (operations.some(({ results, end }) => end === null && results.length < count)) {
    expect(performance.now() < deadline, `after 20 s not everybody has ${count} events`);
    const before = operations.map(({ results }) => results.length);
    scene.world.feeds.publish(scene.feed, event);
    const hasReached = ({ results, end }: Operation, n: number) =>
      end !== null || results.length > (before[n] ?? 0);
    // Whoever has not started yet misses it.
    await until('the event', () => operations.every(hasReached), eventWaitMs).catch(() => undefined);
  }
  const ended = operations.find(({ end }) => end !== null);
  expect(ended === undefined, describeEnd(ended?.end ?? null));
}
