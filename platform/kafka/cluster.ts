/**
 * kafkajs's own protocol layer (its private Cluster class) as a narrow typed port: single produce and fetch requests, no hidden retry.
 * Its producer repeats by itself and acknowledges falsely, its consumer needs a group and moves offsets by itself; these requests do neither.
 * Called by ordered-producer, log-reader, log-ends and topic-id. tests/kafka is the contract test that holds the pinned version to this shape.
 */
import type { Kafka } from 'kafkajs';
import type { Logger } from '#platform/logger.ts';

export interface WireRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer;
  readonly headers?: Readonly<Record<string, Buffer | string>>;
}
interface ProduceRequest {
  readonly acks: -1;
  /** How long the broker waits for its replicas. */
  readonly timeout: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly WireRecord[];
    }[];
  }[];
}
interface ProduceResponse {
  readonly topics: readonly {
    readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[];
  }[];
}
interface FetchRequest {
  readonly isolationLevel: 0;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}
export interface FetchedMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | undefined>>;
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly partitionLeaderEpoch?: number };
}
interface FetchResponse {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly highWatermark: string;
      readonly messages: readonly FetchedMessage[];
    }[];
  }[];
}
/** A request kafkajs has no codec for: `encode` gives the bytes after the header, `decode` gets those after the correlation id. */
export interface RawRequest<Decoded> {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    encode(): Promise<unknown>;
  };
  readonly response: { decode(payload: Buffer): Promise<Decoded>; parse(decoded: Decoded): Promise<Decoded> };
}
interface Broker {
  produce(request: ProduceRequest): Promise<ProduceResponse>;
  fetch(request: FetchRequest): Promise<FetchResponse>;
  initProducerId(request: {
    readonly transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  readonly connectionPool: { send<Decoded>(request: RawRequest<Decoded>): Promise<Decoded> };
}
interface OffsetQuery {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
  readonly fromBeginning?: boolean;
  readonly fromTimestamp?: number;
}
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findTopicPartitionMetadata(
    topic: string,
  ): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(of: { nodeId: number }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  fetchTopicsOffset(
    queries: readonly OffsetQuery[],
  ): Promise<
    readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]
  >;
}

interface ClusterSettings {
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
  /** Read uncommitted: the end of a log is where the next record goes, and not where a foreign writer has left a transaction open. */
  readonly isolationLevel: 0;
}

const metadataMaxAgeMs = 30_000;

/** A cluster of this client's settings, not yet connected. */
export function createCluster(kafka: Kafka): Cluster {
  const key = Object.getOwnPropertySymbols(kafka).find(
    (symbol) => symbol.description === 'private:Kafka:createCluster',
  );
  if (key === undefined) throw new Error('kafkajs is not the version this process was written for (2.2.4)');
  const create = (kafka as unknown as Record<symbol, (settings: ClusterSettings) => Cluster>)[key];
  if (create === undefined)
    throw new Error('kafkajs is not the version this process was written for (2.2.4)');
  return create({ metadataMaxAge: metadataMaxAgeMs, allowAutoTopicCreation: false, isolationLevel: 0 });
}

export interface ClusterLink extends AsyncDisposable {
  /** The connected cluster: the same one for everybody until it is dropped. Rejects when no broker answers. */
  use(): Promise<Cluster>;
  /** Forgets a cluster whose connections may be dead without saying so; the next `use` opens a fresh one. */
  drop(cluster: Cluster): void;
}

/** One cluster at a time, replaced when its user says that it fails: kafkajs never closes a connection that stopped answering. */
export function createClusterLink(kafka: Kafka, logger: Logger): ClusterLink {
  let current: { readonly cluster: Cluster; readonly connected: Promise<Cluster> } | null = null;

  function close(cluster: Cluster): Promise<void> {
    return cluster
      .disconnect()
      .catch((error: unknown) => logger.debug({ err: error }, 'closing Kafka connections failed'));
  }

  function open(): Promise<Cluster> {
    const cluster = createCluster(kafka);
    const connected = cluster.connect().then(
      () => cluster,
      (error: unknown) => {
        drop(cluster);
        throw error;
      },
    );
    current = { cluster, connected };
    return connected;
  }

  function drop(cluster: Cluster): void {
    if (current?.cluster !== cluster) return;
    current = null;
    void close(cluster);
  }

  return {
    use: () => current?.connected ?? open(),
    drop,
    async [Symbol.asyncDispose]() {
      const last = current;
      current = null;
      if (last !== null) await close(last.cluster);
    },
  };
}
