/** What a kind of fault is: something that can be done to a scene, heals by itself and can be told in a few words. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NetworkProcess } from '#tests/harness/network.ts';
import type { Population } from '../population.ts';
import type { Random } from '../random.ts';
import type { Scene } from '../scene.ts';

export interface Trouble {
  readonly scene: Scene;
  readonly population: Population;
  readonly random: Random;
  /** Fail points to choose from; empty: all. */
  readonly points: readonly string[];
}

export interface FaultKind {
  /** As reports and `--kinds` name it. */
  readonly name: string;
  /** Two faults that break the same thing do not run at the same time. */
  readonly breaks: 'processes' | 'kafka' | 'postgres' | 'links' | 'load' | 'clock' | 'deploy';
  /** How often it is drawn, relative to others. */
  readonly weight: number;
  /** Whether this scene can have it. */
  readonly isPossible: (scene: Scene) => boolean;
  /** Does it; resolves when it is over, with what was hit. Recovery is measured from then, or from `since` when that is earlier. */
  readonly inflict: (trouble: Trouble) => Promise<{ readonly what: string; readonly overAt: number }>;
}

export const always = (): boolean => true;

/** Ended now. */
export function over(what: string): { what: string; overAt: number } {
  return { what, overAt: performance.now() };
}

const readyMaxMs = 60_000;
const pollMs = 50;

/** Resolves when the process is another one than `before` and works; throws when it takes a minute. */
export async function untilReplaced(process: NetworkProcess, before: number | null): Promise<void> {
  await until(`${process.name} to work again`, async () => {
    const pid = process.pid();
    return pid !== null && pid !== before && (await process.isReady());
  });
}

/** Polls; throws `not within …` after a minute, or after `maxMs`. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  maxMs = readyMaxMs,
): Promise<void> {
  const giveUpAt = performance.now() + maxMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`not within ${maxMs} ms: ${what}`);
    await delay(pollMs);
  }
}
