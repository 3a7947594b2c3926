/**
 * Composition root of the storage process: the GraphQL side of HISTORY, and PERSIST's ingest worker. Called by main.ts; everything it
 * opens goes on the service's stack and closes in reverse order.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { HealthDefinition } from 'nice-grpc-server-health';
import { createTokenVerifier } from '#platform/access-token.ts';
import type { GrpcConnection } from '#platform/grpc/client.ts';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import type { HealthCheck } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics } from '#platform/kafka/topics.ts';
import { createMetrics } from '#platform/metrics.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import type { Service } from '#platform/service.ts';
import { createSubgraph } from '#platform/subgraph/server.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import { AuthEvent } from '#schema/generated/user_directory.ts';
import type { TopicSpec } from '#schema/topics.ts';
import { topics } from '#schema/topics.ts';
import type { StorageConfig } from './config.ts';
import { createIngest } from './ingest/ingest.ts';
import type { MessageStore } from './message-store.ts';
import { createResolvers } from './resolvers/resolvers.ts';

type Kafka = ReturnType<typeof createKafka>;

const ingestGroup = 'storage.ingest';
const checkDeadlineMs = 1_500;
/** SERVING of grpc.health.v1, which the package doesn't export. */
const servingStatus = 1;
const sdl = readFileSync(new URL('../../schema/storage.graphql', import.meta.url), 'utf8');

/** Resolves when it listens. Rejects when Kafka does not answer; without the message store it starts and is not ready. */
export async function startStorage(config: StorageConfig, service: Service): Promise<void> {
  const { stack, logger } = service;
  const { internalKey, bodyBytesMax, host, port } = config;
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'messageme-storage', logger });
  const wanted = [topics.chatCommands, topics.chatEvents, topics.authEvents];
  await ensureTopics(
    kafka,
    wanted.map((spec) => toDefinition(config, spec)),
  );
  const connection = stack.use(createGrpcConnection({ address: config.messageStoreAddress, internalKey }));
  const store: MessageStore = connection.createClient(MessageStoreServiceDefinition);
  const revoked = startRevokedSessions(config, service, kafka);
  await revoked.ready;
  const subgraph = stack.use(
    await createSubgraph({
      typeDefs: parse(sdl),
      resolvers: createResolvers(store),
      authentication: {
        verifier: createTokenVerifier(config),
        isRevoked: (sessionId) => revoked.isRevoked(sessionId),
      },
      internalKey,
      bodyBytesMax,
      logger,
    }),
  );
  const ingest = startIngest(config, service, { kafka, store });
  const checks = [
    createStoreCheck(connection),
    { name: 'ingest', check: () => ingest.healthy() },
    { name: 'revocations', check: () => revoked.healthy() },
  ];
  const metrics = createMetrics('storage');
  stack.use(await createHttpServer({ host, port, routes: [subgraph.route], checks, metrics, logger }));
}

function startIngest(
  config: StorageConfig,
  { stack, logger, signal }: Service,
  { kafka, store }: { kafka: Kafka; store: MessageStore },
) {
  return stack.use(
    createIngest({
      kafka,
      producer: stack.use(createOrderedProducer({ kafka, logger })),
      store,
      commandsTopic: toTopicName(config, topics.chatCommands),
      eventsTopic: toTopicName(config, topics.chatEvents),
      groupId: `${config.kafkaTopicPrefix}${ingestGroup}`,
      logger,
      signal,
    }),
  );
}

function startRevokedSessions(config: StorageConfig, { stack, logger, signal }: Service, kafka: Kafka) {
  return stack.use(
    createRevokedSessions({
      kafka,
      topic: toTopicName(config, topics.authEvents),
      accessTokenTtlMs: config.accessTokenTtlMs,
      decode: decodeRevocation,
      logger,
      signal,
    }),
  );
}

function decodeRevocation(value: Buffer): { sessionId: string } | null {
  const { body } = AuthEvent.decode(value);
  return body?.$case === 'sessionRevoked' ? { sessionId: body.value.sessionId } : null;
}

function createStoreCheck(connection: GrpcConnection): HealthCheck {
  const health = connection.createClient(HealthDefinition);
  return {
    name: 'message-store',
    async check() {
      const { status } = await health.check({ service: '' }, { deadlineMs: checkDeadlineMs });
      return status === servingStatus;
    },
  };
}

function toTopicName({ kafkaTopicPrefix }: StorageConfig, { name }: TopicSpec): string {
  return `${kafkaTopicPrefix}${name}`;
}

function toDefinition(config: StorageConfig, spec: TopicSpec) {
  return {
    topic: toTopicName(config, spec),
    partitions: spec.partitions ?? config.kafkaPartitions,
    replicationFactor: config.kafkaReplicationFactor,
    config: spec.config,
  };
}
