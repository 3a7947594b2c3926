/** Seeded randomness for fault runs: the same seed makes the same choices, so a run can be made again. */

export interface Random {
  /** From 0 (included) to 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Whether something of this probability happens. */
  happens(probability: number): boolean;
  /** Another generator that does not depend on how much this one is used from now on. */
  fork(): Random;
}

/** Mulberry32, Tommy Ettinger's generator of 32 bits of state. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
    happens: (probability) => next() < probability,
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  };
}
