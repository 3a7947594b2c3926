/** How many messages one socket may send: a bucket that is refilled steadily and holds enough for a client that comes back with all its operations. Used by websocket.ts. */

export interface MessageBudget {
  /** False when the socket has sent too much. */
  take(): boolean;
}

/** `perSecondMax` for long; once in a while `burst` more. `now` in milliseconds. */
export function createMessageBudget(
  { perSecondMax, burst }: { readonly perSecondMax: number; readonly burst: number },
  now: () => number = () => performance.now(),
): MessageBudget {
  const capacity = perSecondMax + burst;
  let left = capacity;
  let countedAt = now();
  return {
    take: () => {
      const at = now();
      left = Math.min(capacity, left + ((at - countedAt) / 1000) * perSecondMax);
      countedAt = at;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
