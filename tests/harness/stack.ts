/**
 * The real Postgres and Kafka that the tests of one run share, started with the parts of `npm start` on free ports in a folder of their own.
 * Called by tests/run.ts, and by tests that kill brokers or Postgres with a stack of their own; tests get the addresses by environment variables.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { startKafka } from '#infra/stack/kafka.ts';
import { startPostgres } from '#infra/stack/postgres.ts';
import { readSettings } from '#infra/stack/settings.ts';
import type { SupervisedProgram } from '#infra/stack/supervised-program.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { findFreePorts } from './free-ports.ts';

export interface TestStackOptions {
  readonly print: (line: string) => void;
  /** 1 unless said otherwise. */
  readonly brokerCount?: 1 | 3;
  /** Where Postgres keeps its data: a folder that is not there yet, in one that can be written. In the stack's own folder unless said otherwise. */
  readonly postgresDataDir?: string;
}

export interface TestStack extends AsyncDisposable {
  readonly variables: Readonly<Record<string, string>>;
  /** Data and logs; removed with the stack unless kept. */
  readonly folder: string;
  readonly postgres: SupervisedProgram;
  readonly brokers: readonly SupervisedProgram[];
  /** Leaves the folder where it is, for a look at the logs. */
  keepFolder(): void;
}

/** Starts both and waits until they answer. */
export async function startTestStack(options: TestStackOptions): Promise<TestStack> {
  const { print, brokerCount = 1 } = options;
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'messageme-tests-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  const logDir = join(folder, 'logs');
  mkdirSync(logDir);
  const supervisor = createSupervisor({ runRoot: join(folder, 'run'), logDir, verbose: false, print });
  const [postgresPort] = await findFreePorts(1);
  const { cacheDir } = readSettings(process.env);
  const [postgres, kafka] = await Promise.all([
    startPostgres({
      supervisor,
      port: postgresPort,
      dataDir: options.postgresDataDir ?? join(folder, 'postgres'),
      fsync: true,
      password: 'tests',
    }),
    startKafka({
      supervisor,
      brokers: await findBrokerPorts(brokerCount),
      dataDir: join(folder, 'kafka'),
      cacheDir,
      print,
    }),
  ]);
  await Promise.all([postgres.program, ...kafka.programs].map(({ ready }) => ready));
  await waitForBrokers(kafka.brokers);
  print(`Postgres and Kafka are ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  let keep = false;
  return {
    folder,
    variables: {
      TEST_POSTGRES_URL: postgres.url('postgres'),
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_REPLICATION_FACTOR: String(brokerCount),
      TEST_FOLDER: folder,
    },
    postgres: postgres.program,
    brokers: kafka.programs,
    keepFolder: () => {
      keep = true;
    },
    [Symbol.asyncDispose]: async () => {
      const stopped = supervisor[Symbol.asyncDispose]();
      // Told to stop together, the last ones of a cluster would wait for a controller that has gone.
      if (brokerCount > 1) for (const broker of kafka.programs) broker.kill('SIGKILL');
      await stopped;
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface BrokerPorts {
  readonly port: number;
  readonly controllerPort: number;
}

async function findBrokerPorts(count: 1 | 3): Promise<[BrokerPorts, ...BrokerPorts[]]> {
  const find = async () => {
    const [port, controllerPort] = await findFreePorts(2);
    return { port, controllerPort };
  };
  const first = await find();
  return count === 1 ? [first] : [first, await find(), await find()];
}

const registeredTimeoutMs = 30_000;
const registeredPollMs = 100;

/** Each answers by itself before the controller counts on it, and until then a topic with copies on all of them can't be made. */
async function waitForBrokers(addresses: string): Promise<void> {
  const brokers = addresses.split(',');
  const logger = pino({ level: 'silent' });
  const admin = createKafka({ brokers, clientId: 'tests', logger }).admin();
  const deadline = Date.now() + registeredTimeoutMs;
  await admin.connect();
  try {
    while ((await admin.describeCluster()).brokers.length < brokers.length) {
      if (Date.now() > deadline)
        throw new Error(`the brokers ${addresses} have not found each other in ${registeredTimeoutMs} ms`);
      await delay(registeredPollMs);
    }
  } finally {
    await admin.disconnect();
  }
}
