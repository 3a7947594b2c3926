/** Reads a stream of chat as the subgraph's socket does, which has it pushed to, and gives one item for each `next()`. Used by chat-copy.ts. */
import type { Outlet } from '../../subgraphs/chat/live/outlet.ts';

const done = { value: undefined, done: true } as const;

export function readPushed<Item>(outlet: Outlet<Item>): AsyncIterator<Item, undefined> {
  let wanted: PromiseWithResolvers<IteratorResult<Item, undefined>> | null = null;
  let ending: { readonly failure: unknown } | 'done' | null = null;

  function settle(): void {
    const waiting = wanted;
    if (waiting === null || ending === null) return;
    wanted = null;
    if (ending === 'done') waiting.resolve(done);
    else waiting.reject(ending.failure);
    ending = 'done';
  }

  outlet.pipe({
    isReady: () => wanted !== null,
    take: (item) => {
      const waiting = wanted;
      wanted = null;
      waiting?.resolve({ value: item, done: false });
    },
    end: () => {
      ending ??= 'done';
      settle();
    },
    fail: (failure) => {
      ending ??= { failure };
      settle();
    },
  });
  return {
    next: () => {
      const waiting = Promise.withResolvers<IteratorResult<Item, undefined>>();
      wanted = waiting;
      if (ending === null) outlet.resume();
      else settle();
      return waiting.promise;
    },
    return: () => outlet.return(),
  };
}
