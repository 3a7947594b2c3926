/** What goes wrong on the ways of the simulated world: for each way, the fates of the next requests; after them all is well. */
import type { WriteFate } from './simulated-log.ts';

export const callFates = [
  'ok',
  'request lost',
  'reply lost',
  /** What it says is old when it comes. */
  'reply slow',
  /** It arrives, but later than anybody waits. */
  'late',
] as const;
export type CallFate = (typeof callFates)[number];

export const writeWays = ['commands', 'events'] as const;
export const callWays = ['acquire', 'append', 'read'] as const;
type WriteWay = (typeof writeWays)[number];
export type CallWay = (typeof callWays)[number];

/** The next `times` requests on the way meet this fate. */
export type Disturbance = WriteDisturbance | CallDisturbance;
interface WriteDisturbance {
  readonly way: WriteWay;
  readonly fate: WriteFate;
  readonly times: number;
}
interface CallDisturbance {
  readonly way: CallWay;
  readonly fate: CallFate;
  readonly times: number;
}

function isOfWrites(disturbance: Disturbance): disturbance is WriteDisturbance {
  return disturbance.way === 'commands' || disturbance.way === 'events';
}

export class Weather {
  readonly #writes: Record<WriteWay, WriteFate[]> = { commands: [], events: [] };
  readonly #calls: Record<CallWay, CallFate[]> = { acquire: [], append: [], read: [] };

  disturb(disturbance: Disturbance): void {
    for (let count = 0; count < disturbance.times; count += 1) {
      if (isOfWrites(disturbance)) this.#writes[disturbance.way].push(disturbance.fate);
      else this.#calls[disturbance.way].push(disturbance.fate);
    }
  }

  clear(): void {
    for (const fates of [...Object.values(this.#writes), ...Object.values(this.#calls)]) fates.length = 0;
  }

  pickWrite(way: WriteWay): WriteFate {
    return this.#writes[way].shift() ?? 'ok';
  }

  pickCall(way: CallWay): CallFate {
    return this.#calls[way].shift() ?? 'ok';
  }
}
