/** Kafka as a Docker container, for machines without Java. Called by kafka.ts and, for its volume, by reset.ts. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { probeKafka } from './probes.ts';
import type { SupervisedProgram } from './supervised-program.ts';
import type { Supervisor } from './supervisor.ts';

const containerControllerPort = 9094;

interface KafkaContainerOptions {
  readonly supervisor: Supervisor;
  readonly port: number;
  readonly dataDir: string;
}

/** Starts the apache/kafka image; throws one sentence that says what to install when no Docker engine answers. */
export function runKafkaContainer(options: KafkaContainerOptions, version: string): SupervisedProgram {
  if (!hasDocker()) {
    throw new Error(
      'Kafka needs Java 17 or newer and Maven (Debian: apt-get install openjdk-17-jre-headless maven), or a Docker engine, or KAFKA_BROKERS=host:port of a Kafka of your own.',
    );
  }
  const { supervisor, port, dataDir } = options;
  const container = toContainerName(dataDir);
  const remove = () => spawnSync('docker', ['rm', '--force', container]);
  return supervisor.run({
    name: 'kafka',
    tier: 0,
    command: 'docker',
    args: [
      ...['run', '--rm', '--name', container, '--publish', `127.0.0.1:${port}:${port}`],
      ...['--volume', `${container}:/var/lib/kafka/data`],
      ...toVariables(port).flatMap((variable) => ['--env', variable]),
      `apache/kafka:${version}`,
    ],
    cwd: '/',
    env: process.env,
    container,
    ports: new Map([['KAFKA_PORT', port]]),
    stopSignal: 'SIGTERM',
    prepare: async () => {
      remove();
    },
    isReady: () => probeKafka(`127.0.0.1:${port}`),
    toNotice: (line) => (/ FATAL |docker: /.test(line) ? line : null),
    onExit: remove,
  });
}

/** Removes the volume that a container used for this data folder, if there is an engine and a volume. */
export function removeKafkaVolume(dataDir: string): void {
  if (hasDocker()) spawnSync('docker', ['volume', 'rm', '--force', toContainerName(dataDir)]);
}

function hasDocker(): boolean {
  return spawnSync('docker', ['info', '--format', '{{.ServerVersion}}']).status === 0;
}

/** The name of container and volume: one per data folder, so that two clones don't meet. */
function toContainerName(dataDir: string): string {
  return `messageme-kafka-${createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12)}`;
}

function toVariables(port: number): string[] {
  const controller = containerControllerPort;
  return [
    'KAFKA_NODE_ID=1',
    'KAFKA_PROCESS_ROLES=broker,controller',
    `KAFKA_CONTROLLER_QUORUM_VOTERS=1@localhost:${controller}`,
    `KAFKA_LISTENERS=PLAINTEXT://:${port},CONTROLLER://:${controller}`,
    `KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:${port}`,
    'KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER',
    'KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'KAFKA_LOG_DIRS=/var/lib/kafka/data',
    'KAFKA_AUTO_CREATE_TOPICS_ENABLE=false',
    'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1',
    'KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1',
    'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR=1',
    'KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR=1',
    'KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR=1',
    'KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS=0',
  ];
}
