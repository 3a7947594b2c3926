/**
 * The environment of every process of the stack, in one place. Called by stack.ts with one set of ports and databases
 * and by the test harness with others.
 */
import { join } from 'node:path';
import type { Secrets } from './secrets.ts';
import type { Ports } from './settings.ts';
import { projectDir } from './settings.ts';

export type NodeProcessName = 'mailbox' | 'auth' | 'store' | 'chat' | 'storage' | 'gateway';

export interface EnvironmentOptions {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly authDatabaseUrl: string;
  readonly storageDatabaseUrl: string;
  readonly kafkaBrokers: string;
  readonly kafkaTopicPrefix: string;
  readonly smtpUrl: string;
  readonly logLevel: string;
  /** HS256 with this secret instead of the key pair. */
  readonly jwtSecret?: string | undefined;
  /** Where Node keeps compiled code between starts. */
  readonly compileCacheDir: string;
  /** What the operator has set: reaches every process, except where the stack itself decides. */
  readonly inherited: NodeJS.ProcessEnv;
}

/** Variables by process. The names are those of each process's config.ts. */
export function createEnvironments(options: EnvironmentOptions): Record<NodeProcessName, NodeJS.ProcessEnv> {
  const { ports, secrets } = options;
  const base = {
    ...withoutRunnerVariables(options.inherited),
    NODE_ENV: 'development',
    NODE_COMPILE_CACHE: options.compileCacheDir,
    LOG_LEVEL: options.logLevel,
    HOST: '127.0.0.1',
  };
  const internal = { ...base, INTERNAL_KEY: secrets.internalKey };
  const kafka = { KAFKA_BROKERS: options.kafkaBrokers, KAFKA_TOPIC_PREFIX: options.kafkaTopicPrefix };
  const tokens = toTokenVariables(options);
  const mailboxUrl = `http://127.0.0.1:${ports.mailbox}`;
  const storeAddress = `127.0.0.1:${ports.store}`;
  return {
    mailbox: { ...base, PORT: String(ports.mailbox), SMTP_PORT: String(ports.smtp) },
    auth: {
      ...toDevelopmentLimits(),
      // The operator may choose another.
      SMS_PROVIDER: 'mailbox',
      ...internal,
      ...kafka,
      ...tokens,
      ...(options.jwtSecret === undefined ? { JWT_PRIVATE_KEY: secrets.jwtPrivateKey } : {}),
      PORT: String(ports.auth),
      GRPC_PORT: String(ports.directory),
      AUTH_DATABASE_URL: options.authDatabaseUrl,
      SMTP_URL: options.smtpUrl,
      MAILBOX_URL: mailboxUrl,
    },
    store: { ...internal, GRPC_PORT: String(ports.store), STORAGE_DATABASE_URL: options.storageDatabaseUrl },
    chat: {
      ...internal,
      ...kafka,
      ...tokens,
      PORT: String(ports.chat),
      MESSAGE_STORE_ADDRESS: storeAddress,
      USER_DIRECTORY_ADDRESS: `127.0.0.1:${ports.directory}`,
    },
    storage: {
      ...internal,
      ...kafka,
      ...tokens,
      PORT: String(ports.storage),
      MESSAGE_STORE_ADDRESS: storeAddress,
    },
    gateway: {
      ...internal,
      ...kafka,
      ...tokens,
      PORT: String(ports.gateway),
      AUTH_SUBGRAPH_URL: `http://127.0.0.1:${ports.auth}/graphql`,
      CHAT_SUBGRAPH_URL: `http://127.0.0.1:${ports.chat}/graphql`,
      STORAGE_SUBGRAPH_URL: `http://127.0.0.1:${ports.storage}/graphql`,
      SUPERGRAPH_PATH: join(projectDir, 'schema/supergraph.graphql'),
    },
  };
}

/** Limits by IP address would hit everybody at once: on one machine all come from the same. The limits by account and recipient stay. */
function toDevelopmentLimits(): NodeJS.ProcessEnv {
  const byAddress = ['REGISTER', 'LOGIN', 'MAIL', 'SMS', 'CODE_CHECKS'].map((name) => [
    `${name}_PER_ADDRESS_MAX`,
    '10000',
  ]);
  return { ...Object.fromEntries(byAddress), SMS_GLOBAL_MAX: '10000' };
}

function toTokenVariables({ ports, jwtSecret }: EnvironmentOptions): NodeJS.ProcessEnv {
  return jwtSecret === undefined
    ? { JWKS_URL: `http://127.0.0.1:${ports.auth}/.well-known/jwks.json`, JWT_SECRET: '' }
    : { JWT_SECRET: jwtSecret };
}

/** What one process must not see of another (database passwords), and what npm and the runner added for themselves. */
function withoutRunnerVariables(inherited: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own =
    /^(npm_|MESSAGEME_|NODE_CHANNEL_|AUTH_DATABASE_URL|STORAGE_DATABASE_URL|SMTP_URL|SMTP_PORT|PORT$|GRPC_PORT$)/;
  return Object.fromEntries(Object.entries(inherited).filter(([name]) => !own.test(name)));
}
