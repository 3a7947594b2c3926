/**
 * Composition root of the auth process: accounts, sessions and codes over Postgres, events to Kafka, GraphQL
 * for the gateway and gRPC for chat. Called by main.ts; everything it opens goes on the service's stack and
 * closes in reverse order.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { createTokenSigner, createTokenVerifier } from '#platform/access-token.ts';
import { startGrpcServer } from '#platform/grpc/server.ts';
import { createHttpServer, sendJson } from '#platform/http.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { createOrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ensureTopics, toTopicDefinition } from '#platform/kafka/topics.ts';
import { createMetrics } from '#platform/metrics.ts';
import type { Service } from '#platform/service.ts';
import { createSubgraph } from '#platform/subgraph/server.ts';
import { UserDirectoryServiceDefinition } from '#schema/generated/user_directory.ts';
import { topics } from '#schema/topics.ts';
import { createBackgroundWork } from './background-work.ts';
import { startCleaning } from './cleaning.ts';
import { createCodes } from './codes/codes.ts';
import type { AuthConfig } from './config.ts';
import { toLimits } from './config.ts';
import { createAttemptLimits } from './db/attempt-limits.ts';
import type { Database } from './db/database.ts';
import { createDatabase } from './db/database.ts';
import type { KafkaProbe } from './events/kafka-probe.ts';
import { createKafkaProbe } from './events/kafka-probe.ts';
import type { OutboxRelay } from './events/outbox-relay.ts';
import { createOutboxRelay } from './events/outbox-relay.ts';
import { createMailSender } from './notices/mail-sender.ts';
import { createNotices } from './notices/notices.ts';
import { createMailboxSms } from './notices/sms/mailbox.ts';
import type { SmsSender } from './notices/sms/sms-sender.ts';
import { createTwilioSms } from './notices/sms/twilio.ts';
import type { AuthParts } from './parts.ts';
import { createPasswordHasher } from './passwords/password-hasher.ts';
import { createResolvers } from './resolvers/resolvers.ts';
import { createUserLoader } from './resolvers/user-loader.ts';
import { createSessions } from './sessions/sessions.ts';
import { createUserDirectory } from './user-directory.ts';

const backgroundJobsMax = 1_000;
const sdl = readFileSync(new URL('../../schema/auth.graphql', import.meta.url), 'utf8');

/** Resolves when both servers listen, for which it waits for Postgres; without Kafka it starts and is not ready. */
export async function startAuth(config: AuthConfig, service: Service): Promise<void> {
  const { stack, logger, signal } = service;
  const { authDatabaseUrl: url, authDatabaseConnectionsMax: connectionsMax } = config;
  const database = stack.use(await createDatabase({ url, connectionsMax, logger, signal }));
  stack.use(startCleaning(database, logger));
  const { outbox, probe } = startEvents(config, service, database);
  // HS256 goes first, as it does where tokens are verified.
  const jwtPrivateKey = config.jwtSecret === undefined ? config.jwtPrivateKey : undefined;
  const signer = createTokenSigner({ ...config, jwtPrivateKey });
  const parts = await createParts(config, service, { database, outbox, signer });
  const grpc = stack.use(
    await startGrpcServer({
      host: config.host,
      port: config.grpcPort,
      internalKey: config.internalKey,
      logger,
      register: (server) => server.add(UserDirectoryServiceDefinition, createUserDirectory(database)),
      toServerError: () => null,
    }),
  );
  const subgraph = createSubgraph({
    typeDefs: parse(sdl),
    resolvers: createResolvers(parts),
    // Whether the session lives is asked of the database, by each resolver that needs a viewer.
    authentication: { verifier: createTokenVerifier(withOwnKeys(config)), isRevoked: () => false },
    internalKey: config.internalKey,
    bodyBytesMax: config.bodyBytesMax,
    logger,
  });
  stack.use(
    await createHttpServer({
      host: config.host,
      port: config.port,
      routes: [
        subgraph.route,
        {
          method: 'GET',
          path: '/.well-known/jwks.json',
          handle: (_request, response) => sendJson(response, 200, signer.jwks),
        },
      ],
      checks: [
        { name: 'postgres', check: () => database.check() },
        { name: 'kafka', check: () => probe.check() },
      ],
      metrics: createMetrics('auth'),
      logger,
    }),
  );
  grpc.setServing(true);
}

interface Foundations {
  readonly database: Database;
  readonly outbox: OutboxRelay;
  readonly signer: ReturnType<typeof createTokenSigner>;
}

async function createParts(
  config: AuthConfig,
  service: Service,
  foundations: Foundations,
): Promise<AuthParts> {
  const { stack, logger } = service;
  const { database, outbox, signer } = foundations;
  const mail = stack.adopt(createMailSender(config), (sender) => sender.close());
  const background = stack.use(createBackgroundWork({ jobsMax: backgroundJobsMax, logger }));
  const { codeTtlMs, codeTriesMax: triesMax, internalKey: secret } = config;
  return {
    database,
    outbox,
    background,
    logger,
    passwords: await createPasswordHasher({
      runningMax: config.passwordHashesMax,
      waitingMax: config.passwordQueueMax,
      secret,
    }),
    codes: createCodes(database, { secret, ttlMs: codeTtlMs, triesMax }),
    sessions: createSessions(database, signer, {
      ttlMs: config.sessionTtlMs,
      perAccountMax: config.sessionsPerAccountMax,
      refreshGraceMs: config.refreshGraceMs,
    }),
    limits: createAttemptLimits(database.pool, toLimits(config)),
    notices: createNotices({ background, mail, sms: createSms(config), codeTtlMs }),
    users: createUserLoader(database),
    registrationTtlMs: config.registrationTtlMs,
  };
}

function startEvents(
  config: AuthConfig,
  { stack, logger }: Service,
  database: Database,
): { outbox: OutboxRelay; probe: KafkaProbe } {
  const kafka = createKafka({ brokers: config.kafkaBrokers, clientId: 'messageme-auth', logger });
  const probe = stack.use(createKafkaProbe(kafka));
  const producer = stack.use(createOrderedProducer({ kafka, logger }));
  const definition = toTopicDefinition(config, topics.authEvents);
  const { topic } = definition;
  const ensureTopic = () => ensureTopics(kafka, [definition]);
  const outbox = stack.use(createOutboxRelay({ database, producer, topic, ensureTopic, logger }));
  return { outbox, probe };
}

function createSms(config: AuthConfig): SmsSender {
  const { twilioAccountSid: accountSid, twilioAuthToken: authToken, twilioFrom: from, mailboxUrl } = config;
  if (config.smsProvider === 'mailbox' && mailboxUrl !== undefined) return createMailboxSms({ mailboxUrl });
  if (accountSid !== undefined && authToken !== undefined && from !== undefined) {
    return createTwilioSms({ accountSid, authToken, from });
  }
  throw new Error('config.ts lets through a provider of text messages without its settings');
}

/** Without JWKS_URL the tokens are checked against the keys that this process publishes. */
function withOwnKeys(config: AuthConfig): AuthConfig {
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  return { ...config, jwksUrl: config.jwksUrl ?? `http://${host}:${config.port}/.well-known/jwks.json` };
}
