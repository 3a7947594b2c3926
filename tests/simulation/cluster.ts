/** What the processes of the simulated world share: time, the two topics of Kafka, the message store, and the weather between them. */
import { Random } from './random.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { SimulatedLog } from './simulated-log.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { Weather } from './weather.ts';

export const partitions = 2;
const latencyMsMax = 6;

export interface ClusterOptions {
  readonly seed: number;
  readonly createStore: (cluster: Cluster) => SimulatedStore;
}

export class Cluster {
  readonly clock = new SimulatedClock();
  readonly weather = new Weather();
  readonly random: Random;
  readonly store: SimulatedStore;
  #commands: readonly SimulatedLog[] = createLogs();
  readonly #events: readonly SimulatedLog[] = createLogs();
  #generation = 1;

  constructor({ seed, createStore }: ClusterOptions) {
    this.random = new Random(seed);
    this.store = createStore(this);
  }

  /** Identity of the commands topic. */
  get topicId(): string {
    return `topic-${this.#generation}`;
  }

  log(topic: 'commands' | 'events', partition: number): SimulatedLog {
    const log = (topic === 'commands' ? this.#commands : this.#events)[partition];
    if (log === undefined) throw new Error(`there is no partition ${partition}`);
    return log;
  }

  /** The commands topic is deleted and made anew. */
  replaceCommands(): void {
    this.#commands = createLogs();
    this.#generation += 1;
  }

  readonly pickLatencyMs = (): number => this.random.between(1, latencyMsMax);
}

function createLogs(): SimulatedLog[] {
  return Array.from({ length: partitions }, () => new SimulatedLog());
}
