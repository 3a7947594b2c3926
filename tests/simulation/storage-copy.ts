/**
 * A copy of the storage process: its real PartitionWorkers on the simulated log and store, and around them what partition-consumer does with
 * Kafka's group: one assignment after the other per partition, each begun where the worker says, begun anew after a failure.
 */
import { pino } from 'pino';
import { pause } from '#platform/clock.ts';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import type { PartitionLog } from '../../subgraphs/storage/ingest/partition-log.ts';
import { PartitionWorker } from '../../subgraphs/storage/ingest/partition-worker.ts';
import type { Cluster } from './cluster.ts';
import { partitions } from './cluster.ts';
import type { Lane, Parts } from './parts.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { createStoreClient } from './store-client.ts';

interface Seat {
  readonly worker: PartitionWorker;
  running: Promise<void>;
}

const logger = pino({ level: 'silent' });
const backoffFirstMs = 100;
const backoffLastMs = 3_000;
const reconnectMsMax = 3_000;
const batchRecordsMax = 6;

export class StorageCopy {
  readonly process: SimulatedProcess;
  readonly #cluster: Cluster;
  readonly #seats: readonly Seat[];

  constructor(cluster: Cluster, parts: Parts) {
    this.#cluster = cluster;
    this.process = new SimulatedProcess(cluster.clock);
    const { process } = this;
    const store = createStoreClient(cluster, process);
    this.#seats = Array.from({ length: partitions }, (_, partition) => {
      const lane = parts.createLane({ cluster, process, topic: 'events', partition });
      const log = createPartitionLog(process, { cluster, lane, partition });
      const worker = new PartitionWorker({ store, log, logger });
      return { worker, running: Promise.resolve() };
    });
  }

  /** It learns a moment later that the partition is its own; and that it is another's, a moment after the returned function is called. */
  assign(partition: number): () => void {
    const assignment = new AbortController();
    this.#whenTold(() => {
      const seat = this.#seat(partition);
      seat.running = seat.running.then(() => this.#work(partition, assignment.signal));
    });
    return () => this.#whenTold(() => assignment.abort());
  }

  /** Whether it applies the commands of the partition, or waits for some. */
  isAtWork(partition: number): boolean {
    const { leaderEpoch } = this.#cluster.log('commands', partition);
    return this.#seat(partition).worker.comparedLog()?.leaderEpoch === leaderEpoch;
  }

  isRefusing(partition: number): boolean {
    return this.#seat(partition).worker.isRefusing();
  }

  #whenTold(act: () => void): void {
    this.process.after(this.#cluster.pickLatencyMs(), act);
  }

  #seat(partition: number): Seat {
    const seat = this.#seats[partition];
    if (seat === undefined) throw new Error(`there is no partition ${partition}`);
    return seat;
  }

  async #work(partition: number, signal: AbortSignal): Promise<void> {
    const { worker } = this.#seat(partition);
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        let next = Number(await worker.start(signal));
        failures = 0;
        while (!signal.aborted) {
          const records = await this.#fetch(partition, next, signal);
          if (signal.aborted) return;
          await worker.apply(records, signal);
          next += records.length;
        }
      } catch {
        await pause(this.process, Math.min(backoffLastMs, backoffFirstMs * 2 ** failures), signal);
      }
    }
  }

  /** Some records from the offset on, once there are any; none when the assignment ends. */
  async #fetch(partition: number, offset: number, signal: AbortSignal): Promise<LogRecord[]> {
    const log = this.#cluster.log('commands', partition);
    const hasOtherLeader = () => log.leaderEpoch !== this.#seat(partition).worker.comparedLog()?.leaderEpoch;
    if (!hasOtherLeader()) await log.reaches(offset, signal);
    await pause(this.process, this.#cluster.pickLatencyMs(), signal);
    // A broker that comes back is found again in a while, by others sooner perhaps.
    if (hasOtherLeader()) await pause(this.process, this.#cluster.random.between(0, reconnectMsMax), signal);
    if (log.end < offset) throw new Error('the log ends before the offset');
    const count = this.#cluster.random.between(1, batchRecordsMax);
    const records = log.read(partition, offset, offset + count);
    // Ingest watches for it.
    if (records.length === 0 && hasOtherLeader()) throw new Error('there is another leader');
    return records;
  }
}

function createPartitionLog(
  process: SimulatedProcess,
  { cluster, lane, partition }: { cluster: Cluster; lane: Lane; partition: number },
): PartitionLog {
  const commands = cluster.log('commands', partition);
  const events = cluster.log('events', partition);
  const { topicId } = cluster;
  return {
    partition,
    commandsTopic: 'chat.commands',
    eventsTopic: 'chat.events',
    async fetchCommandBounds() {
      await pause(process, cluster.pickLatencyMs());
      const { start, end } = commands;
      // A broker that lags behind the others is asked now and then.
      const lag = cluster.random.between(0, 4) === 0 ? 1 : 0;
      const leaderEpoch = Math.max(0, commands.leaderEpoch - lag);
      return { topicId, start: BigInt(start), end: BigInt(end), leaderEpoch };
    },
    async readCommand(offset) {
      await pause(process, cluster.pickLatencyMs());
      return commands.read(partition, Number(offset), Number(offset) + 1)[0] ?? null;
    },
    // Only records of ours have an offset here.
    holdsCommands: async (from, end) => from < end,
    async searchEvents({ pick, recordsMax }) {
      await pause(process, cluster.pickLatencyMs());
      return pick(events.read(partition, events.end - recordsMax, events.end));
    },
    publish: (record) => lane.send(record),
  };
}
