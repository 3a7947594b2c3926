/**
 * A real Kafka on this machine, one broker in KRaft mode: from Maven's jars with Java, or the apache/kafka image when
 * there is no Java but a Docker engine. Called by stack.ts and the test harness.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KafkaArtifacts } from './kafka-artifacts.ts';
import { ensureKafkaArtifacts, readKafkaVersion } from './kafka-artifacts.ts';
import { runKafkaContainer } from './kafka-container.ts';
import { probeKafka } from './probes.ts';
import { projectDir } from './settings.ts';
import type { SupervisedProgram } from './supervised-program.ts';
import type { Supervisor } from './supervisor.ts';

const heapFlags = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC'];
const nodeId = 1;

export interface KafkaOptions {
  readonly supervisor: Supervisor;
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly print: (line: string) => void;
}

export interface Kafka {
  readonly program: SupervisedProgram;
  /** For KAFKA_BROKERS. */
  readonly brokers: string;
}

/** Starts it, fetching and formatting what is missing. Await `program.ready` before connecting. */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const brokers = `127.0.0.1:${options.port}`;
  const artifacts = await ensureKafkaArtifacts(options.cacheDir, options.print);
  if (artifacts === null) return { program: runKafkaContainer(options, readKafkaVersion()), brokers };

  const dataDir = resolve(options.dataDir);
  const properties = join(dataDir, 'server.properties');
  const logDir = join(dataDir, 'log');
  mkdirSync(dataDir, { recursive: true });
  if (!existsSync(join(logDir, 'meta.properties'))) format(artifacts, options, { dataDir, logDir });
  writeFileSync(properties, toProperties(options, logDir));

  const { classArchive } = artifacts;
  const hasArchive = existsSync(classArchive);
  const freshArchive = `${classArchive}.${process.pid}`;
  const archiveFlag = hasArchive
    ? `-XX:SharedArchiveFile=${classArchive}`
    : `-XX:ArchiveClassesAtExit=${freshArchive}`;
  const program = options.supervisor.run({
    name: 'kafka',
    tier: 0,
    command: artifacts.java,
    args: [archiveFlag, ...toJavaArgs(artifacts), 'kafka.Kafka', properties],
    cwd: dataDir,
    env: { PATH: process.env.PATH },
    ports: new Map([
      ['KAFKA_PORT', options.port],
      ['KAFKA_CONTROLLER_PORT', options.controllerPort],
    ]),
    stopSignal: 'SIGTERM',
    isReady: () => probeKafka(brokers),
    toNotice: (line) => (line.includes(' FATAL ') ? line : null),
    onExit: () => {
      if (existsSync(freshArchive)) renameSync(freshArchive, classArchive);
    },
  });
  return { program, brokers };
}

/** Formats beside the place and moves there, so that a broken-off attempt is never taken for a log. */
function format(artifacts: KafkaArtifacts, options: KafkaOptions, { dataDir, logDir }: Folders): void {
  const staging = join(dataDir, 'log.new');
  const properties = join(dataDir, 'format.properties');
  rmSync(staging, { recursive: true, force: true });
  writeFileSync(properties, toProperties(options, staging));
  const clusterId = makeClusterId();
  const { status, stdout, stderr } = spawnSync(
    artifacts.java,
    [
      '-XX:TieredStopAtLevel=1',
      ...toJavaArgs(artifacts),
      'kafka.tools.StorageTool',
      'format',
      '--cluster-id',
      clusterId,
      '--config',
      properties,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`Kafka's data folder could not be made:\n${stderr}${stdout}`);
  rmSync(logDir, { recursive: true, force: true });
  renameSync(staging, logDir);
  rmSync(properties);
}

/** 16 random bytes in base64url. The first bit is 0: an id that begins with a hyphen would pass for an option. */
function makeClusterId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
}

interface Folders {
  readonly dataDir: string;
  readonly logDir: string;
}

function toJavaArgs({ classPath }: KafkaArtifacts): string[] {
  return [
    ...heapFlags,
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(projectDir, 'infra/kafka/log4j2.xml')}`,
    '-cp',
    classPath,
  ];
}

function toProperties({ port, controllerPort }: KafkaOptions, logDir: string): string {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': nodeId,
    // The fixed form of the quorum: the ports may change between starts, which a recorded voter set does not forgive.
    'controller.quorum.voters': `${nodeId}@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir,
    ...singleBrokerSettings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** Internal topics with one small partition each, no waiting for members, little memory; a killed broker is taken back soon. */
const singleBrokerSettings = {
  'auto.create.topics.enable': false,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
  'broker.heartbeat.interval.ms': 500,
  'broker.session.timeout.ms': 4_000,
  'num.network.threads': 2,
  'num.io.threads': 4,
};
