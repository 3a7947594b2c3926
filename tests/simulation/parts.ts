/**
 * The parts of the simulated world that a planted bug can take the place of, through the ports that production uses. As they are here, each
 * is the real code, or for the store a memory that decides with the real code.
 */
import type { Clock } from '#platform/clock.ts';
import type { LaneLimits } from '#platform/kafka/produce-lane.ts';
import { ProduceLane } from '#platform/kafka/produce-lane.ts';
import type { LiveParts } from '../../subgraphs/chat/live/conversation-source.ts';
import { createConversationSource } from '../../subgraphs/chat/live/conversation-source.ts';
import type { StreamSource } from '../../subgraphs/chat/live/event-stream.ts';
import { createInboxSource } from '../../subgraphs/chat/live/inbox-source.ts';
import type { Cluster } from './cluster.ts';
import { partitions } from './cluster.ts';
import type { WriterOptions } from './simulated-log.ts';
import { SimulatedWriter } from './simulated-log.ts';
import { SimulatedStore } from './simulated-store.ts';
import { StoreTables } from './store-tables.ts';

/** The way to one partition of a topic. */
export type Lane = Pick<ProduceLane, 'send'>;

export interface LanePlace {
  readonly cluster: Cluster;
  readonly process: Clock;
  readonly topic: 'commands' | 'events';
  readonly partition: number;
}

export interface Subscriber {
  readonly viewerId: string;
  /** Null: the inbox. */
  readonly conversationId: string | null;
}

export interface Parts {
  /** The cluster has everything but the store by then. */
  createStore(cluster: Cluster): SimulatedStore;
  createLane(place: LanePlace): Lane;
  createSource(live: LiveParts, subscriber: Subscriber): StreamSource;
}

export const laneLimits: LaneLimits = {
  deadlineMs: 5_000,
  batchRecordsMax: 2,
  batchBytesMax: 10_000,
  queueRecordsMax: 200,
  queueBytesMax: 1_000_000,
};
/** So small that it can be full. */
const commandsQueueRecordsMax = 2;

export const productionParts: Parts = {
  createStore: ({ clock }) => new SimulatedStore(clock, new StoreTables(partitions)),
  createLane(place) {
    const writer = new SimulatedWriter(toWriterOptions(place));
    const limits =
      place.topic === 'commands' ? { ...laneLimits, queueRecordsMax: commandsQueueRecordsMax } : laneLimits;
    return new ProduceLane({ writer, clock: place.process, limits, onFailedAttempt: () => undefined });
  },
  createSource: (live, { viewerId, conversationId }) =>
    conversationId === null
      ? createInboxSource(live, viewerId)
      : createConversationSource(live, { viewerId, conversationId }),
};

export function toWriterOptions({ cluster, process, topic, partition }: LanePlace): WriterOptions {
  return {
    log: cluster.log(topic, partition),
    clock: process,
    world: cluster.clock,
    pickFate: () => cluster.weather.pickWrite(topic),
    pickLatencyMs: cluster.pickLatencyMs,
  };
}
