/**
 * Composition root of the storage process: the GraphQL side of HISTORY, and PERSIST's ingest worker. Called by main.ts; everything it
 * opens goes on the service's stack and closes in reverse order.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { createTokenVerifier } from '#platform/access-token.ts';
import { createAuthEvents } from '#platform/auth-events.ts';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import { createHttpServer } from '#platform/http.ts';
import { awaitKafka } from '#platform/kafka/await-kafka.ts';
import type { Kafka } from '#platform/kafka/client.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics, toTopicDefinition, toTopicName } from '#platform/kafka/topics.ts';
import { createMetrics } from '#platform/metrics.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import type { Service } from '#platform/service.ts';
import { createSubgraph } from '#platform/subgraph/server.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import { topics } from '#schema/topics.ts';
import type { StorageConfig } from './config.ts';
import { countDeadLetters } from './ingest/count-dead-letters.ts';
import { createIngest } from './ingest/ingest.ts';
import type { MessageStore as IngestStore } from './ingest/partition-worker.ts';
import type { MessageStore } from './message-store.ts';
import { createResolvers } from './resolvers/resolvers.ts';

const ingestGroup = 'storage.ingest';
const sdl = readFileSync(new URL('../../schema/storage.graphql', import.meta.url), 'utf8');

/** Resolves when it listens, for which it waits for Kafka; without the message store it starts and is not ready. */
export async function startStorage(config: StorageConfig, service: Service): Promise<void> {
  const { stack, logger, signal } = service;
  const { internalKey, bodyBytesMax, host, port } = config;
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'messageme-storage', logger });
  const wanted = [topics.chatCommands, topics.chatEvents, topics.authEvents];
  const definitions = wanted.map((spec) => toTopicDefinition(config, spec));
  await awaitKafka(() => ensureTopics(kafka, definitions), service);
  const connection = stack.use(createGrpcConnection({ address: config.messageStoreAddress, internalKey }));
  const store: MessageStore = connection.createClient(MessageStoreServiceDefinition);
  const authEvents = stack.use(createAuthEvents({ kafka, config, logger, signal }));
  const revoked = stack.use(createRevokedSessions(authEvents, logger));
  await authEvents.ready;
  const subgraph = createSubgraph({
    typeDefs: parse(sdl),
    resolvers: createResolvers(store),
    authentication: {
      verifier: createTokenVerifier(config),
      isRevoked: (sessionId) => revoked.isRevoked(sessionId),
    },
    internalKey,
    bodyBytesMax,
    logger,
  });
  const metrics = createMetrics('storage');
  const ingest = startIngest(config, service, { kafka, store: countDeadLetters(store, metrics) });
  const checks = [
    { name: 'message-store', check: () => connection.isServing() },
    { name: 'ingest', check: () => ingest.healthy() },
    { name: 'revocations', check: () => authEvents.healthy() },
  ];
  stack.use(await createHttpServer({ host, port, routes: [subgraph.route], checks, metrics, logger }));
}

function startIngest(
  config: StorageConfig,
  { stack, logger, signal }: Service,
  { kafka, store }: { kafka: Kafka; store: IngestStore },
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
