/**
 * Which installation an operator's command is for: the one that STORAGE_DATABASE_URL and KAFKA_BROKERS name, else the one that
 * `npm start` runs in this folder. Called by the commands of this folder.
 */
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { Kafka } from '#platform/kafka/client.ts';
import { createKafka } from '#platform/kafka/client.ts';
import type { ClusterLink } from '#platform/kafka/cluster.ts';
import { createClusterLink } from '#platform/kafka/cluster.ts';
import type { TopicIdentity } from '#platform/kafka/topic-id.ts';
import { fetchTopicIdentity } from '#platform/kafka/topic-id.ts';
import { toTopicName } from '#platform/kafka/topics.ts';
import { topics } from '#schema/topics.ts';
import { readJson } from '../stack/json-file.ts';
import { toDatabaseUrl } from '../stack/postgres.ts';
import { readRunnerNote } from '../stack/runner-note.ts';
import type { Secrets } from '../stack/secrets.ts';
import type { StackSettings } from '../stack/settings.ts';
import { OperatorError } from './operator-command.ts';

const connectTimeoutMs = 5_000;
const lockTimeoutMs = 5_000;
const statementTimeoutMs = 10_000;
/** After that the connection is taken for dead. */
const answerTimeoutMs = 15_000;
const storageDatabase = 'message_storage';
const undefinedTable = '42P01';
const undefinedColumn = '42703';

/** Without the password. */
function toPlace(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

function toStorageDatabaseUrl({ external, dataDir, ports }: StackSettings): string {
  if (external.storageDatabaseUrl !== undefined) return external.storageDatabaseUrl;
  const secrets = readJson<Secrets>(join(dataDir, 'secrets.json'));
  if (secrets === null) {
    throw new OperatorError(
      `Which database? STORAGE_DATABASE_URL is not set, and npm start keeps none here: there is no ${dataDir}/secrets.json.`,
      'Set STORAGE_DATABASE_URL (and KAFKA_BROKERS), or run this where npm start runs.',
    );
  }
  const { postgres: port } = readRunnerNote(dataDir)?.ports ?? ports;
  const password = secrets.storageDatabasePassword;
  return toDatabaseUrl({ port, user: storageDatabase, password, database: storageDatabase });
}

/** Connected to the database of the message store; the caller ends it. Throws OperatorError. */
export async function connectDatabase(settings: StackSettings): Promise<pg.Client> {
  const url = toStorageDatabaseUrl(settings);
  const client = new pg.Client({
    connectionString: url,
    application_name: 'messageme operator',
    connectionTimeoutMillis: connectTimeoutMs,
    lock_timeout: lockTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: answerTimeoutMs,
  });
  try {
    await client.connect();
    await client.query('SELECT last_record_digest FROM partition_progress LIMIT 1');
    return client;
  } catch (error) {
    await client.end().catch(() => null);
    const { code = '', message } = error as { code?: string; message: string };
    if (code === undefinedTable || code === undefinedColumn) {
      throw new OperatorError(
        `The database at ${toPlace(url)} is not one of this version's message store: ${message}.`,
        'Start the message store of this version once, it migrates the database.',
      );
    }
    throw new OperatorError(
      `Postgres can't be used at ${toPlace(url)}: ${message}.`,
      'Start it (npm start, or your own), or set STORAGE_DATABASE_URL to where it is.',
    );
  }
}

export interface KafkaAccess extends AsyncDisposable {
  readonly kafka: Kafka;
  readonly link: ClusterLink;
  readonly commandsTopic: string;
  readonly eventsTopic: string;
  readonly commands: TopicIdentity;
}

/** Throws OperatorError when the brokers don't answer or have no chat.commands. */
export async function connectKafka(settings: StackSettings): Promise<KafkaAccess> {
  const { kafka: port } = readRunnerNote(settings.dataDir)?.ports ?? settings.ports;
  const brokers = settings.external.kafkaBrokers ?? `127.0.0.1:${port}`;
  const logger = pino({ level: 'silent' });
  const kafka = createKafka({ brokers: brokers.split(','), clientId: 'messageme-operator', logger });
  const link = createClusterLink(kafka, logger);
  const commandsTopic = toTopicName(settings, topics.chatCommands);
  const eventsTopic = toTopicName(settings, topics.chatEvents);
  try {
    const commands = await fetchTopicIdentity(link, commandsTopic);
    return {
      kafka,
      link,
      commandsTopic,
      eventsTopic,
      commands,
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    };
  } catch (error) {
    await link[Symbol.asyncDispose]();
    throw new OperatorError(
      `The topic ${commandsTopic} can't be read at ${brokers}: ${(error as Error).message}.`,
      'Start Kafka, or set KAFKA_BROKERS (and KAFKA_TOPIC_PREFIX) to where it is. Chat and storage make the topics when they start.',
    );
  }
}
