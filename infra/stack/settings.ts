/**
 * What `npm start` can be told: ports, folders, and addresses of real services that replace an embedded part.
 * Read by start.ts, status.ts and reset.ts; the processes' own settings are made from it in environment.ts.
 */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { fields, readConfig, serviceFields } from '#platform/config.ts';

/** Folder of the project. */
export const projectDir = resolve(import.meta.dirname, '../..');

const settingsFields = {
  logLevel: serviceFields.logLevel,
  messagemeData: fields.text(join(projectDir, '.messageme')).describe('folder of all state'),
  messagemeCache: z.string().optional().describe('folder of downloads'),
  messagemeStartedAt: z.coerce.number().default(() => Date.now()),
  gatewayPort: fields.port(4000),
  authPort: fields.port(8081),
  chatPort: fields.port(8080),
  storagePort: fields.port(8082),
  storePort: fields.port(9090).describe('gRPC of the message store'),
  directoryPort: fields.port(9091).describe('gRPC of auth'),
  postgresPort: fields.port(5433),
  kafkaPort: fields.port(9093),
  kafkaControllerPort: fields.port(9094).describe('embedded Kafka talks to itself on it'),
  mailboxPort: fields.port(8025),
  smtpPort: fields.port(1025),
  kafkaBrokers: z.string().optional().describe('replaces the embedded Kafka'),
  kafkaTopicPrefix: fields.text(''),
  authDatabaseUrl: z.string().optional().describe('replaces the embedded database of auth'),
  storageDatabaseUrl: z.string().optional().describe('replaces the embedded database of the message store'),
  smtpUrl: z.string().optional().describe('replaces the mailbox for mails'),
  jwtSecret: z.string().optional().describe('HS256 instead of a key pair'),
};

export type StackSettings = ReturnType<typeof readSettings>;

export interface Ports {
  readonly gateway: number;
  readonly auth: number;
  readonly chat: number;
  readonly storage: number;
  readonly store: number;
  readonly directory: number;
  readonly postgres: number;
  readonly kafka: number;
  readonly kafkaController: number;
  readonly mailbox: number;
  readonly smtp: number;
}

/** The variable that changes each port. */
export const portVariables: Record<keyof Ports, string> = {
  gateway: 'GATEWAY_PORT',
  auth: 'AUTH_PORT',
  chat: 'CHAT_PORT',
  storage: 'STORAGE_PORT',
  store: 'STORE_PORT',
  directory: 'DIRECTORY_PORT',
  postgres: 'POSTGRES_PORT',
  kafka: 'KAFKA_PORT',
  kafkaController: 'KAFKA_CONTROLLER_PORT',
  mailbox: 'MAILBOX_PORT',
  smtp: 'SMTP_PORT',
};

/** The validated settings; throws ConfigError. */
export function readSettings(environment?: NodeJS.ProcessEnv) {
  const config = readConfig(settingsFields, () => [], environment);
  const dataDir = resolve(config.messagemeData);
  const ports: Ports = {
    gateway: config.gatewayPort,
    auth: config.authPort,
    chat: config.chatPort,
    storage: config.storagePort,
    store: config.storePort,
    directory: config.directoryPort,
    postgres: config.postgresPort,
    kafka: config.kafkaPort,
    kafkaController: config.kafkaControllerPort,
    mailbox: config.mailboxPort,
    smtp: config.smtpPort,
  };
  return {
    logLevel: config.logLevel,
    dataDir,
    cacheDir: resolve(config.messagemeCache ?? join(dataDir, 'cache')),
    /** When the command was given, before anything was fetched. */
    startedAtMs: config.messagemeStartedAt,
    ports,
    external: {
      kafkaBrokers: config.kafkaBrokers,
      authDatabaseUrl: config.authDatabaseUrl,
      storageDatabaseUrl: config.storageDatabaseUrl,
      smtpUrl: config.smtpUrl,
      jwtSecret: config.jwtSecret,
    },
    kafkaTopicPrefix: config.kafkaTopicPrefix,
  };
}
