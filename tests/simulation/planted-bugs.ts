/** Mistakes that this design must not make, each planted through a port of the real code: the simulation has to find every one. */
import { Status } from 'nice-grpc';
import type { WireRecord } from '#platform/kafka/cluster.ts';
import { ProduceLane, ProduceRefused, ProduceUnknown } from '#platform/kafka/produce-lane.ts';
import type {
  AcquirePartitionRequest,
  AcquirePartitionResponse,
  AppendRequest,
  AppendResponse,
} from '#schema/generated/message_store.ts';
import type { LiveParts } from '../../subgraphs/chat/live/conversation-source.ts';
import type { StreamSource } from '../../subgraphs/chat/live/event-stream.ts';
import { LiveBuffer } from '../../subgraphs/chat/live/live-buffer.ts';
import type { StoredMessage } from '../../subgraphs/storage/store/decide/state.ts';
import type { Cluster } from './cluster.ts';
import { partitions } from './cluster.ts';
import type { Lane, LanePlace, Parts, Subscriber } from './parts.ts';
import { laneLimits, productionParts, toWriterOptions } from './parts.ts';
import { SimulatedWriter, toEventRecord } from './simulated-log.ts';
import { refuse, SimulatedStore } from './simulated-store.ts';
import { StoreTables } from './store-tables.ts';

const failsEvery = 3;

/** Takes a batch from whoever sends it, wherever it begins. */
class StoreWithoutFencing extends SimulatedStore {
  protected override fence(): void {
    // An owner that came later is not protected from an earlier one.
  }
}

/** The index of messages finds nothing. */
class TablesWithoutDedup extends StoreTables {
  override findMessage(): StoredMessage | undefined {
    return undefined;
  }
}

/** Knows how far it has applied the log, and not what stood there. */
class StoreThatKnowsOffsetsOnly extends SimulatedStore {
  override acquirePartition(request: AcquirePartitionRequest): AcquirePartitionResponse {
    const { lastRecordDigest: _forgotten, ...rest } = super.acquirePartition(request);
    return rest;
  }
}

/** Puts the events on chat.events first; the transaction after that fails now and then. */
class StoreThatPublishesFirst extends SimulatedStore {
  readonly #cluster: Cluster;
  #appends = 0;

  constructor(cluster: Cluster) {
    super(cluster.clock, new StoreTables(partitions));
    this.#cluster = cluster;
  }

  override append(request: AppendRequest): AppendResponse {
    this.#appends += 1;
    if (this.#appends % failsEvery !== 0) return super.append(request);
    this.fence(request);
    const log = this.#cluster.log('events', request.partition);
    const records = this.decide(request).records.map(toEventRecord);
    log.append({ producerId: log.createProducerId(), firstSequence: 0, records });
    throw refuse(Status.UNAVAILABLE, 'the commit failed');
  }
}

/** Remembers the offset in a transaction of its own, before that of the data, which does not always follow. */
class StoreThatCommitsTheOffsetFirst extends SimulatedStore {
  #appends = 0;

  override append(request: AppendRequest): AppendResponse {
    this.fence(request);
    this.#appends += 1;
    if (this.#appends % failsEvery !== 0) return super.append(request);
    this.advance(request);
    throw refuse(Status.UNAVAILABLE, 'the commit failed');
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

export interface PlantedBug {
  readonly name: string;
  readonly parts: Parts;
  /** The finding that shows it, among others. */
  readonly shows: RegExp;
}

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'a store without fencing',
    parts: {
      ...productionParts,
      createStore: ({ clock }) => new StoreWithoutFencing(clock, new StoreTables(partitions)),
    },
    shows: /refused each time and stored|stands at offset/,
  },
  {
    name: 'a store without dedup',
    parts: {
      ...productionParts,
      createStore: ({ clock }) => new SimulatedStore(clock, new TablesWithoutDedup(partitions)),
    },
    shows: /stored \d+ times/,
  },
  {
    name: 'a store that does not know the last record it has applied',
    parts: {
      ...productionParts,
      createStore: ({ clock }) => new StoreThatKnowsOffsetsOnly(clock, new StoreTables(partitions)),
    },
    shows: /stands in the log and was passed over/,
  },
  {
    name: 'events published before they are committed',
    parts: { ...productionParts, createStore: (cluster) => new StoreThatPublishesFirst(cluster) },
    shows: /before it was stored/,
  },
  {
    name: 'the offset committed before the data',
    parts: {
      ...productionParts,
      createStore: ({ clock }) => new StoreThatCommitsTheOffsetFirst(clock, new StoreTables(partitions)),
    },
    shows: /accepted and not stored/,
  },
  {
    name: 'a producer that reuses the numbers of a batch it gave up',
    parts: {
      ...productionParts,
      createLane(place) {
        const writer = new WriterWithoutRenewal(toWriterOptions(place));
        return new ProduceLane({
          writer,
          clock: place.process,
          limits: laneLimits,
          onFailedAttempt: () => undefined,
        });
      },
    },
    shows: /acknowledged and is not in the log/,
  },
  {
    name: 'a producer with more than one write in flight',
    parts: { ...productionParts, createLane: (place) => new ConcurrentLane(place) },
    shows: /acknowledged and is not in the log/,
  },
  {
    name: 'a conversation stream that reads the top before it registers its buffer',
    parts: { ...productionParts, createSource: hastenConversations },
    shows: /(reader|guest) of .* is behind/,
  },
  {
    name: 'an inbox that reads the top before it registers its buffer',
    parts: { ...productionParts, createSource: hastenInboxes },
    shows: /inbox of .*(comes next|saw nothing of event|stands behind)/,
  },
];

function hastenConversations(live: LiveParts, subscriber: Subscriber): StreamSource {
  const source = productionParts.createSource(live, subscriber);
  return subscriber.conversationId === null ? source : hasten(source);
}

function hastenInboxes(live: LiveParts, subscriber: Subscriber): StreamSource {
  const source = productionParts.createSource(live, subscriber);
  return subscriber.conversationId === null ? hasten(source) : source;
}

/** What happens between the answer and the registration is lost. */
function hasten(source: StreamSource): StreamSource {
  return {
    ...source,
    async attach(buffer, signal) {
      const nowhere = new LiveBuffer(
        { eventsMax: 1, bytesMax: 1 },
        { takeAtOnce: () => false, noteClosed: () => undefined },
      );
      const top = await source.attach(nowhere, signal);
      source.detach(nowhere);
      await source.attach(buffer, signal);
      return top;
    },
  };
}
