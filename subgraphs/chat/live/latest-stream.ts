/**
 * LIVE: a stream of which only the latest item per key matters (typing, presence): a slow reader gets the
 * last state of each, never a queue.
 */
import { Outlet, OutletClosed } from './outlet.ts';

export interface LatestStream<Item> {
  readonly outlet: Outlet<Item>;
  /** Replaces the key's item that nobody has taken yet. The oldest key is dropped when there are too many. */
  offer(key: string, item: Item): void;
}

export function createLatestStream<Item>({ keysMax }: { readonly keysMax: number }): LatestStream<Item> {
  const outlet = new Outlet<Item>();
  const waiting = new Map<string, Item>();
  let isPumping = false;

  async function pump(): Promise<void> {
    for (let entry = first(waiting); entry !== null; entry = first(waiting)) {
      waiting.delete(entry.key);
      await outlet.push(entry.item);
    }
  }

  function startPump(): void {
    if (isPumping) return;
    isPumping = true;
    pump().then(
      () => {
        isPumping = false;
        // Something may have come between the last look and here.
        if (waiting.size > 0) startPump();
      },
      (error: unknown) => {
        waiting.clear();
        if (!(error instanceof OutletClosed)) outlet.fail(error);
      },
    );
  }

  return {
    outlet,
    offer(key, item) {
      if (outlet.signal.aborted) return;
      waiting.delete(key);
      waiting.set(key, item);
      if (waiting.size > keysMax) waiting.delete(first(waiting)?.key ?? key);
      startPump();
    },
  };
}

function first<Item>(items: ReadonlyMap<string, Item>): { key: string; item: Item } | null {
  for (const [key, item] of items) return { key, item };
  return null;
}
