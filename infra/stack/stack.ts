/**
 * Composition root of the embedded stack: Postgres, Kafka and the mailbox at once, our processes as soon as what they
 * stand on accepts. Called by runner.ts.
 */
import { join } from 'node:path';
import type { NodeProcessName } from './environment.ts';
import { createEnvironments } from './environment.ts';
import { startKafka } from './kafka.ts';
import { createNodeProgram } from './node-programs.ts';
import { createDatabase, startPostgres, toDatabaseUrl } from './postgres.ts';
import { probeKafka, probePostgres } from './probes.ts';
import type { Secrets } from './secrets.ts';
import { ensureSecrets } from './secrets.ts';
import type { StackSettings } from './settings.ts';
import type { Supervisor } from './supervisor.ts';

const authDatabase = 'messageme';
const storageDatabase = 'message_storage';
const startDeadlineMs = 120_000;
const patienceMs = 15_000;

/** Starts every part and waits until all work. Throws with what to do when one does not. */
export async function startStack(
  settings: StackSettings,
  { supervisor, print }: StackContext,
): Promise<void> {
  const secrets = ensureSecrets(settings.dataDir);
  const databases = toDatabaseUrls(settings, secrets);
  const environments = createEnvironments({
    ports: settings.ports,
    secrets,
    ...databases,
    kafkaBrokers: settings.external.kafkaBrokers ?? `127.0.0.1:${settings.ports.kafka}`,
    kafkaTopicPrefix: settings.kafkaTopicPrefix,
    smtpUrl: settings.external.smtpUrl ?? `smtp://127.0.0.1:${settings.ports.smtp}`,
    logLevel: settings.logLevel,
    jwtSecret: settings.external.jwtSecret,
    compileCacheDir: join(settings.cacheDir, 'compile-cache'),
    inherited: process.env,
  });
  const run = (name: NodeProcessName) =>
    supervisor.run(createNodeProgram(name, { ports: settings.ports, env: environments[name] })).ready;

  const mailbox = run('mailbox');
  const postgres = preparePostgres(settings, { secrets, supervisor });
  const kafka = prepareKafka(settings, { supervisor, print });
  const store = postgres.then(() => run('store'));
  const kafkaAndStore = Promise.all([kafka, store]);
  await waitForAll(
    {
      mailbox,
      postgres,
      kafka,
      'message store': store,
      auth: Promise.all([postgres, kafka]).then(() => run('auth')),
      storage: kafkaAndStore.then(() => run('storage')),
      chat: kafkaAndStore.then(() => run('chat')),
      gateway: kafka.then(() => run('gateway')),
    },
    print,
  );
}

export interface StackContext {
  readonly supervisor: Supervisor;
  readonly print: (line: string) => void;
}

interface DatabaseUrls {
  readonly authDatabaseUrl: string;
  readonly storageDatabaseUrl: string;
}

function toDatabaseUrls({ ports, external }: StackSettings, secrets: Secrets): DatabaseUrls {
  const embedded = (database: string, password: string) =>
    toDatabaseUrl({ port: ports.postgres, user: database, password, database });
  return {
    authDatabaseUrl: external.authDatabaseUrl ?? embedded(authDatabase, secrets.authDatabasePassword),
    storageDatabaseUrl:
      external.storageDatabaseUrl ?? embedded(storageDatabase, secrets.storageDatabasePassword),
  };
}

/** Both databases accept: those we own exist, those of others answer. */
async function preparePostgres(settings: StackSettings, context: PostgresContext): Promise<void> {
  const { authDatabaseUrl, storageDatabaseUrl } = settings.external;
  await Promise.all([
    requireService('AUTH_DATABASE_URL', authDatabaseUrl, probePostgres),
    requireService('STORAGE_DATABASE_URL', storageDatabaseUrl, probePostgres),
  ]);
  if (authDatabaseUrl !== undefined && storageDatabaseUrl !== undefined) return;

  const { secrets, supervisor } = context;
  const postgres = await startPostgres({
    supervisor,
    port: settings.ports.postgres,
    dataDir: join(settings.dataDir, 'postgres'),
    fsync: true,
    password: secrets.postgresPassword,
  });
  await postgres.program.ready;
  const admin = postgres.url('postgres');
  if (authDatabaseUrl === undefined) await createDatabase(admin, authDatabase, secrets.authDatabasePassword);
  if (storageDatabaseUrl === undefined) {
    await createDatabase(admin, storageDatabase, secrets.storageDatabasePassword);
  }
}

interface PostgresContext {
  readonly secrets: Secrets;
  readonly supervisor: Supervisor;
}

async function prepareKafka(settings: StackSettings, { supervisor, print }: StackContext): Promise<void> {
  const { kafkaBrokers } = settings.external;
  if (kafkaBrokers !== undefined) {
    await requireService('KAFKA_BROKERS', kafkaBrokers, probeKafka);
    return;
  }
  const kafka = await startKafka({
    supervisor,
    brokers: [{ port: settings.ports.kafka, controllerPort: settings.ports.kafkaController }],
    dataDir: join(settings.dataDir, 'kafka'),
    cacheDir: settings.cacheDir,
    print,
  });
  await Promise.all(kafka.programs.map(({ ready }) => ready));
}

/** A service that the operator runs must be up already: we can't start it, and waiting would only hide a typing error. */
async function requireService(
  variable: string,
  address: string | undefined,
  probe: (address: string) => Promise<boolean>,
): Promise<void> {
  if (address === undefined || (await probe(address))) return;
  throw new Error(`Nothing that works answers at ${variable}. Check the address and that the service is up.`);
}

/** Waits for every part; says which ones it is still waiting for when it takes long. */
async function waitForAll(
  parts: Readonly<Record<string, Promise<unknown>>>,
  print: (line: string) => void,
): Promise<void> {
  const missing = new Set(Object.keys(parts));
  const all = Promise.all(
    Object.entries(parts).map(async ([name, ready]) => {
      await ready;
      missing.delete(name);
    }),
  );
  const late = Promise.withResolvers<never>();
  const reminder = setInterval(() => print(`Waiting for ${[...missing].join(', ')} ...`), patienceMs);
  const deadline = setTimeout(() => {
    late.reject(new Error(`Not ready after ${startDeadlineMs / 1000} s: ${[...missing].join(', ')}.`));
  }, startDeadlineMs);
  try {
    await Promise.race([all, late.promise]);
  } finally {
    clearInterval(reminder);
    clearTimeout(deadline);
  }
}
