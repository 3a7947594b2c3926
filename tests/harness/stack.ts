/**
 * The real Postgres and Kafka that the tests of one run share, started with the parts of `npm start` on free ports in a folder of their own.
 * Called by tests/run.ts; tests get the addresses by environment variables.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '#infra/stack/kafka.ts';
import { startPostgres } from '#infra/stack/postgres.ts';
import { readSettings } from '#infra/stack/settings.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { findFreePorts } from './free-ports.ts';

export interface TestStack extends AsyncDisposable {
  readonly variables: Readonly<Record<string, string>>;
  /** Data and logs; removed with the stack unless kept. */
  readonly folder: string;
  /** Leaves the folder where it is, for a look at the logs. */
  keepFolder(): void;
}

/** Starts both and waits until they answer. */
export async function startTestStack(print: (line: string) => void): Promise<TestStack> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'messageme-tests-'));
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  const logDir = join(folder, 'logs');
  mkdirSync(logDir);
  const supervisor = createSupervisor({ runRoot: join(folder, 'run'), logDir, verbose: false, print });
  const [postgresPort, kafkaPort, controllerPort] = await findFreePorts(3);
  const { cacheDir } = readSettings(process.env);
  const [postgres, kafka] = await Promise.all([
    startPostgres({
      supervisor,
      port: postgresPort,
      dataDir: join(folder, 'postgres'),
      fsync: true,
      password: 'tests',
    }),
    startKafka({
      supervisor,
      port: kafkaPort,
      controllerPort,
      dataDir: join(folder, 'kafka'),
      cacheDir,
      print,
    }),
  ]);
  await Promise.all([postgres.program.ready, kafka.program.ready]);
  print(`Postgres and Kafka are ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  let keep = false;
  return {
    folder,
    variables: {
      TEST_POSTGRES_URL: postgres.url('postgres'),
      KAFKA_BROKERS: kafka.brokers,
      TEST_FOLDER: folder,
    },
    keepFolder: () => {
      keep = true;
    },
    [Symbol.asyncDispose]: async () => {
      await supervisor[Symbol.asyncDispose]();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}
