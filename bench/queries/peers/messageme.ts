/** MessageMe's gateway as a peer: its own process with settings, and the Kafka that it reads revocations from, on which nothing happens. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createEnvironments } from '#infra/stack/environment.ts';
import { startKafka } from '#infra/stack/kafka.ts';
import { probeHttp } from '#infra/stack/probes.ts';
import { ensureSecrets } from '#infra/stack/secrets.ts';
import { projectDir, readSettings } from '#infra/stack/settings.ts';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import type { ServerStarter } from '../../start-server.ts';
import { startServer } from '../../start-server.ts';
import type { Peer } from './peer.ts';
import { toGraphQLPath } from './peer.ts';

const variants = {
  messageme: {
    title: "MessageMe's gateway, all caches off",
    settings: { ENTITY_CACHE_BYTES_MAX: '0', FETCH_JOINING_ENABLED: 'false' },
  },
  'messageme-cached': { title: "MessageMe's gateway, its default settings", settings: {} },
} as const;

/** Not started. */
export function createMessageMePeer(name: keyof typeof variants, kafkaBrokers: string): Peer {
  const { title, settings } = variants[name];
  return {
    name,
    description: title,
    toPath: toGraphQLPath,
    start: (starter, { supergraphPath, subgraphUrl }) =>
      startServer(starter, {
        name,
        hasOwnCore: true,
        args: () => [join(projectDir, 'gateway/main.ts')],
        environment: (port) => ({
          ...createEnvironment(starter.folder, kafkaBrokers),
          PORT: String(port),
          SUPERGRAPH_PATH: supergraphPath,
          AUTH_SUBGRAPH_URL: subgraphUrl,
          CHAT_SUBGRAPH_URL: subgraphUrl,
          STORAGE_SUBGRAPH_URL: subgraphUrl,
          ...settings,
        }),
        isReady: probeHttp,
      }),
  };
}

function createEnvironment(folder: string, kafkaBrokers: string): NodeJS.ProcessEnv {
  const none = { auth: 0, chat: 0, storage: 0, store: 0, directory: 0, postgres: 0, mailbox: 0, smtp: 0 };
  const { gateway } = createEnvironments({
    ports: { ...none, gateway: 0, kafka: 0, kafkaController: 0 },
    secrets: ensureSecrets(folder),
    authDatabaseUrl: '',
    storageDatabaseUrl: '',
    kafkaBrokers,
    kafkaTopicPrefix: `queries_${randomBytes(4).toString('hex')}.`,
    smtpUrl: '',
    logLevel: 'info',
    jwtSecret: randomBytes(32).toString('base64url'),
    compileCacheDir: join(folder, 'compile-cache'),
    inherited: process.env,
  });
  return gateway;
}

/** The addresses of a Kafka for it, once it works. */
export async function startGatewayKafka(
  { supervisor, folder }: ServerStarter,
  print: (line: string) => void,
): Promise<string> {
  const [port, controllerPort] = await findFreePorts(2);
  const { programs, brokers } = await startKafka({
    supervisor,
    brokers: [{ port, controllerPort }],
    dataDir: join(folder, 'kafka'),
    cacheDir: readSettings(process.env).cacheDir,
    print,
  });
  await Promise.all(programs.map(({ ready }) => ready));
  return brokers;
}
