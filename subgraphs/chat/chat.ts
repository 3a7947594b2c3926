/**
 * Composition root of the chat process: commands to Kafka, events from Kafka to live streams, GraphQL over
 * HTTP and WebSocket for the gateway. Called by main.ts; everything it opens goes on the service's stack and
 * closes in reverse order. Nothing durable is kept here.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { Gauge } from 'prom-client';
import { createTokenVerifier } from '#platform/access-token.ts';
import type { AuthEvents } from '#platform/auth-events.ts';
import { createAuthEvents } from '#platform/auth-events.ts';
import { systemClock } from '#platform/clock.ts';
import type { GrpcConnection } from '#platform/grpc/client.ts';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import type { HealthCheck } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
import { awaitKafka } from '#platform/kafka/await-kafka.ts';
import type { Kafka } from '#platform/kafka/client.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import { ensureTopics, toTopicDefinition, toTopicName } from '#platform/kafka/topics.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { RevokedSessions } from '#platform/revoked-sessions.ts';
import { createRevokedSessions } from '#platform/revoked-sessions.ts';
import type { Service } from '#platform/service.ts';
import { createSubgraph } from '#platform/subgraph/server.ts';
import { createSubgraphSocket } from '#platform/subgraph/websocket.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import { UserDirectoryServiceDefinition } from '#schema/generated/user_directory.ts';
import { topics } from '#schema/topics.ts';
import { createCommandBus } from './commands/command-bus.ts';
import { createOutcomes } from './commands/outcomes.ts';
import { createPeople } from './commands/people.ts';
import { createRoutes } from './commands/routes.ts';
import type { ChatConfig } from './config.ts';
import { watchEpoch } from './live/epoch-watch.ts';
import { createEventFeed } from './live/event-feed.ts';
import { EventHub } from './live/event-hub.ts';
import { readEventTime } from './live/event-time.ts';
import { watchFeed } from './live/feed-watch.ts';
import { createMemberships } from './live/memberships.ts';
import { createViewerStreams } from './live/viewer-streams.ts';
import type { ChatParts } from './resolvers/resolvers.ts';
import { createResolvers } from './resolvers/resolvers.ts';
import { createPresenceBoard, presenceUnseenMs } from './signals/presence.ts';
import { createSignalBus } from './signals/signal-bus.ts';
import { createTyping } from './signals/typing.ts';

const sdl = readFileSync(new URL('../../schema/chat.graphql', import.meta.url), 'utf8');

/** Resolves when the port is open, for which it waits for Kafka; without the message store it starts and is not ready. */
export async function startChat(config: ChatConfig, service: Service): Promise<void> {
  const foundations = await layFoundations(config, service);
  const { stack, logger } = service;
  const { parts, checks } = await createParts(config, service, foundations);
  const { internalKey, bodyBytesMax } = config;
  const { revoked } = foundations;
  const authentication = {
    verifier: createTokenVerifier(config),
    isRevoked: (sessionId: string) => revoked.isRevoked(sessionId),
  };
  const subgraph = createSubgraph({
    typeDefs: parse(sdl),
    resolvers: createResolvers(parts),
    authentication,
    internalKey,
    bodyBytesMax,
    logger,
  });
  const { schema } = subgraph;
  const { frameBytesMax, heartbeatMs } = config;
  const socket = createSubgraphSocket({
    schema,
    authentication,
    internalKey,
    frameBytesMax,
    heartbeatMs,
    readEventTime,
    logger,
  });
  void watchFeed({ feed: parts.live.feed, socket, logger, signal: foundations.running });
  const http = stack.use(
    await createHttpServer({
      host: config.host,
      port: config.port,
      routes: [subgraph.route],
      upgrades: new Map([['/graphql', socket.handleUpgrade]]),
      checks,
      metrics: createChatMetrics(parts),
      logger,
    }),
  );
  stack.use(socket);
  // Runs first at the end: nothing new comes in while streams are sent elsewhere and mutations finish.
  stack.defer(() => http.drain());
}

interface Foundations {
  readonly kafka: Kafka;
  readonly store: GrpcConnection;
  readonly directory: GrpcConnection;
  readonly authEvents: AuthEvents;
  readonly revoked: RevokedSessions;
  readonly commandPartitions: number;
  /** Aborted when everything that could need the readers has ended; the service's own signal comes before. */
  readonly running: AbortSignal;
}

async function layFoundations(config: ChatConfig, service: Service): Promise<Foundations> {
  const { stack, logger } = service;
  const running = new AbortController();
  stack.defer(() => running.abort());
  const { internalKey } = config;
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'messageme-chat', logger });
  const store = stack.use(createGrpcConnection({ address: config.messageStoreAddress, internalKey }));
  const directory = stack.use(createGrpcConnection({ address: config.userDirectoryAddress, internalKey }));
  const definitions = Object.values(topics).map((spec) => toTopicDefinition(config, spec));
  await using link = createClusterLink(kafka, logger);
  const { partitions: commandPartitions } = await awaitKafka(async () => {
    await ensureTopics(kafka, definitions);
    return fetchTopicIdentity(link, toTopicName(config, topics.chatCommands));
  }, service);
  const authEvents = stack.use(createAuthEvents({ kafka, config, logger, signal: running.signal }));
  const revoked = stack.use(createRevokedSessions(authEvents, logger));
  await authEvents.ready;
  return { kafka, store, directory, authEvents, revoked, commandPartitions, running: running.signal };
}

async function createParts(
  config: ChatConfig,
  { stack, logger }: Service,
  foundations: Foundations,
): Promise<{ parts: ChatParts; checks: HealthCheck[] }> {
  const { kafka, revoked, running: signal } = foundations;
  const store = foundations.store.createClient(MessageStoreServiceDefinition);
  const { producerQueueRecordsMax: queueRecordsMax, producerQueueBytesMax: queueBytesMax } = config;
  const producer = stack.use(createOrderedProducer({ kafka, logger, queueRecordsMax, queueBytesMax }));
  const outcomes = createOutcomes({ waitersMax: config.outcomeWaitersMax });
  const hub = new EventHub();
  const eventsTopic = toTopicName(config, topics.chatEvents);
  const feed = stack.use(
    createEventFeed({
      openReader: (reading) =>
        createLogReader({ kafka, topic: eventsTopic, from: 'end', logger, ...reading }),
      store,
      hub,
      outcomes,
      clock: systemClock,
      logger,
      signal,
    }),
  );
  void watchEpoch({ store, feed, logger, signal });
  const signalsTopic = toTopicName(config, topics.chatSignals);
  const bus = stack.use(
    await createSignalBus({ kafka, producer, topic: signalsTopic, pastMs: presenceUnseenMs, logger, signal }),
  );
  const presence = stack.use(createPresenceBoard(bus));
  const streams = stack.use(
    createViewerStreams({
      streamsMax: config.streamsMax,
      isRevoked: (sessionId) => revoked.isRevoked(sessionId),
      onRevoked: (listener) => revoked.onRevoked(listener),
      onOpened: ({ userId }) => presence.arrive(userId),
    }),
  );
  const parts: ChatParts = {
    live: { store, hub, feed },
    streams,
    streamLimits: {
      eventsMax: config.streamBufferEventsMax,
      bytesMax: config.streamBufferBytesMax,
      retryMs: config.streamRetryMs,
    },
    clock: systemClock,
    commands: createCommandBus({
      producer,
      topic: toTopicName(config, topics.chatCommands),
      routes: createRoutes({ store, partitions: foundations.commandPartitions }),
      outcomes,
      isListening: () => feed.logEpoch() !== null,
      deadlineMs: config.outcomeDeadlineMs,
      clock: systemClock,
    }),
    people: createPeople(foundations.directory.createClient(UserDirectoryServiceDefinition)),
    memberships: createMemberships(store),
    typing: stack.use(createTyping(bus)),
    presence,
  };
  const checks: HealthCheck[] = [
    { name: 'events', check: () => feed.healthy() },
    { name: 'signals', check: () => bus.healthy() },
    { name: 'revocations', check: () => foundations.authEvents.healthy() },
    { name: 'message-store', check: () => foundations.store.isServing() },
    { name: 'user-directory', check: () => foundations.directory.isServing() },
  ];
  return { parts, checks };
}

function createChatMetrics({ streams }: ChatParts) {
  const metrics = createMetrics('chat');
  const gauge: Gauge = new Gauge({
    name: 'chat_live_streams',
    help: 'Live streams that are open in this process.',
    registers: [metrics],
    collect: () => gauge.set(streams.count),
  });
  return metrics;
}
