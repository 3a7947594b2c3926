/** Mistakes that this design must not make, each planted through a port of the real code: the simulation has to find every one. */
import type { Clock } from '#platform/clock.ts';
import type { WireRecord } from '#platform/kafka/cluster.ts';
import { ProduceLane, ProduceRefused, ProduceUnknown } from '#platform/kafka/produce-lane.ts';
import type { AppendRequest, AppendResponse } from '#schema/generated/message_store.ts';
import type { StoredMessage } from '../../subgraphs/storage/store/decide/state.ts';
import type { Lane, LanePlace, Parts } from './parts.ts';
import { laneLimits, productionParts, toWriterOptions } from './parts.ts';
import { SimulatedWriter } from './simulated-log.ts';
import { SimulatedStore } from './simulated-store.ts';
import { StoreTables } from './store-tables.ts';

/** Whoever appends is taken for the owner, wherever they stand. */
class StoreWithoutFencing extends SimulatedStore {
  protected override fence(): void {
    // An owner that came later is not protected.
  }
}

/** The index of messages finds nothing. */
class TablesWithoutDedup extends StoreTables {
  override findMessage(): StoredMessage | undefined {
    return undefined;
  }
}

/** Gives the records away, to be published, and does not always commit them. */
class StoreThatPublishesFirst extends SimulatedStore {
  #appends = 0;

  override append(request: AppendRequest): AppendResponse {
    this.fence(request);
    this.#appends += 1;
    if (this.#appends % 3 !== 0) return super.append(request);
    const { records } = this.decide(request);
    return { records, nextOffset: (request.records.at(-1)?.offset ?? 0) + 1, deadLetterCount: 0 };
  }
}

/** Remembers the offset in a transaction of its own, before that of the data, which does not always follow. */
class StoreThatCommitsTheOffsetFirst extends SimulatedStore {
  #appends = 0;

  override append(request: AppendRequest): AppendResponse {
    this.fence(request);
    this.#appends += 1;
    if (this.#appends % 3 !== 0) return super.append(request);
    this.advance(request);
    throw new Error('the data were not committed');
  }
}

/** Keeps its numbers after a batch that nobody waits for any more. */
class WriterWithoutRenewal extends SimulatedWriter {
  override renew(): void {
    // The next batch is written under the numbers of the last one.
  }
}

/** Writes each record at once, whatever else is being written, and repeats it until it is acknowledged. */
class ConcurrentLane implements Lane {
  readonly #place: LanePlace;
  readonly #writer: SimulatedWriter;

  constructor(place: LanePlace) {
    this.#place = place;
    this.#writer = new SimulatedWriter(toWriterOptions(place));
  }

  async send(record: WireRecord): Promise<bigint> {
    const { clock } = this.#place.cluster;
    const deadlineAt = clock.now() + laneLimits.deadlineMs;
    let hasLeft = false;
    while (clock.now() < deadlineAt) {
      try {
        const write = await this.#writer.prepare();
        hasLeft = true;
        return await write([record]);
      } catch {
        await new Promise<void>((resolve) => void this.#place.process.after(50, resolve));
      }
    }
    throw hasLeft ? new ProduceUnknown('no acknowledgement') : new ProduceRefused('not sent');
  }
}

export const plantedBugs: Readonly<Record<string, Parts>> = {
  'a store without fencing': {
    ...productionParts,
    createStore: (clock: Clock, tables: StoreTables) => new StoreWithoutFencing(clock, tables),
  },
  'a store without dedup': {
    ...productionParts,
    createStore: (clock: Clock, tables: StoreTables) =>
      new SimulatedStore(clock, new TablesWithoutDedup(tables.partitions.length)),
  },
  'events published before they are committed': {
    ...productionParts,
    createStore: (clock: Clock, tables: StoreTables) => new StoreThatPublishesFirst(clock, tables),
  },
  'the offset committed before the data': {
    ...productionParts,
    createStore: (clock: Clock, tables: StoreTables) => new StoreThatCommitsTheOffsetFirst(clock, tables),
  },
  'a producer that reuses the numbers of a batch it gave up': {
    ...productionParts,
    createLane(place) {
      const writer = new WriterWithoutRenewal(toWriterOptions(place));
      return new ProduceLane({ writer, clock: place.process, limits: laneLimits, onFailedAttempt: () => undefined });
    },
  },
  'a producer with more than one write in flight': {
    ...productionParts,
    createLane: (place) => new ConcurrentLane(place),
  },
  'a stream that reads the top before it registers its buffer': {
    ...productionParts,
    createSource(live, subscriber) {
      const source = productionParts.createSource(live, subscriber);
      return {
        ...source,
        async attach(buffer, signal) {
          const top = await source.attach(buffer, signal);
          source.detach(buffer);
          await source.attach(buffer, signal);
          while (buffer.take() !== null) continue;
          return top;
        },
      };
    },
  },
};
