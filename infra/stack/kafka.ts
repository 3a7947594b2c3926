/**
 * A real Kafka on this machine in KRaft mode, one broker or several: from Maven's jars with Java, or, one broker only, the apache/kafka
 * image when there is no Java but a Docker engine. Called by stack.ts and the test harness.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KafkaArtifacts } from './kafka-artifacts.ts';
import { ensureKafkaArtifacts, readKafkaVersion } from './kafka-artifacts.ts';
import { runKafkaContainer } from './kafka-container.ts';
import type { BrokerPlace, BrokerPorts } from './kafka-properties.ts';
import { findBroker, toProperties } from './kafka-properties.ts';
import { probeKafka } from './probes.ts';
import { projectDir } from './settings.ts';
import type { SupervisedProgram } from './supervised-program.ts';
import type { Supervisor } from './supervisor.ts';

const heapFlags = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC'];

export interface KafkaOptions {
  readonly supervisor: Supervisor;
  /** One, or as many as the cluster shall have. */
  readonly brokers: readonly [BrokerPorts, ...BrokerPorts[]];
  /** Of one broker; each of several has a folder of its own in it. */
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly print: (line: string) => void;
}

export interface Kafka {
  /** `kafka`, or `kafka-1` and so on. */
  readonly programs: readonly SupervisedProgram[];
  /** For KAFKA_BROKERS. */
  readonly brokers: string;
}

/** Starts it, fetching and formatting what is missing. Await `ready` of all programs before connecting. */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { supervisor, brokers } = options;
  const dataDir = resolve(options.dataDir);
  const addresses = brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const artifacts = await ensureKafkaArtifacts(options.cacheDir, options.print);
  if (artifacts === null) {
    if (brokers.length > 1) throw new Error('A cluster of several Kafka brokers needs Java 17 and Maven.');
    const { port } = brokers[0];
    return {
      programs: [runKafkaContainer({ supervisor, port, dataDir }, readKafkaVersion())],
      brokers: addresses,
    };
  }
  const folders = brokers.map((_, index) => {
    const folder = brokers.length === 1 ? dataDir : join(dataDir, String(index + 1));
    return { dataDir: folder, logDir: join(folder, 'log') };
  });
  const clusterId = findClusterId(folders) ?? makeClusterId();
  const programs = folders.map((folder, index) => {
    const place = { brokers, nodeId: index + 1, logDir: folder.logDir };
    mkdirSync(folder.dataDir, { recursive: true });
    if (!existsSync(toMetaFile(folder))) format(artifacts, place, { ...folder, clusterId });
    return runBroker(artifacts, place, { ...folder, supervisor });
  });
  return { programs, brokers: addresses };
}

function runBroker(artifacts: KafkaArtifacts, place: BrokerPlace, context: RunContext): SupervisedProgram {
  const { brokers, nodeId } = place;
  const { dataDir, supervisor } = context;
  const { port, controllerPort } = findBroker(place);
  const properties = join(dataDir, 'server.properties');
  writeFileSync(properties, toProperties(place));

  const { classArchive } = artifacts;
  const hasArchive = existsSync(classArchive);
  const freshArchive = `${classArchive}.${process.pid}.${nodeId}`;
  const archiveFlag = hasArchive
    ? `-XX:SharedArchiveFile=${classArchive}`
    : `-XX:ArchiveClassesAtExit=${freshArchive}`;
  return supervisor.run({
    name: brokers.length === 1 ? 'kafka' : `kafka-${nodeId}`,
    tier: 0,
    command: artifacts.java,
    args: [archiveFlag, ...toJavaArgs(artifacts), 'kafka.Kafka', properties],
    cwd: dataDir,
    env: { PATH: process.env.PATH },
    ports: new Map([
      ['KAFKA_PORT', port],
      ['KAFKA_CONTROLLER_PORT', controllerPort],
    ]),
    stopSignal: 'SIGTERM',
    isReady: () => probeKafka(`127.0.0.1:${port}`),
    toNotice: (line) => (line.includes(' FATAL ') ? line : null),
    onExit: () => {
      if (existsSync(freshArchive)) renameSync(freshArchive, classArchive);
    },
  });
}

interface Folders {
  readonly dataDir: string;
  readonly logDir: string;
}

interface RunContext extends Folders {
  readonly supervisor: Supervisor;
}

interface FormatContext extends Folders {
  readonly clusterId: string;
}

/** Formats beside the place and moves there, so that a broken-off attempt is never taken for a log. */
function format(artifacts: KafkaArtifacts, place: BrokerPlace, context: FormatContext): void {
  const { dataDir, logDir, clusterId } = context;
  const staging = join(dataDir, 'log.new');
  const properties = join(dataDir, 'format.properties');
  rmSync(staging, { recursive: true, force: true });
  writeFileSync(properties, toProperties({ ...place, logDir: staging }));
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

/** Kafka's own note in a formatted folder. */
function toMetaFile({ logDir }: Folders): string {
  return join(logDir, 'meta.properties');
}

/** Of the folders that are formatted already; null when none is. */
function findClusterId(folders: readonly Folders[]): string | null {
  const file = folders.map(toMetaFile).find((meta) => existsSync(meta));
  return file === undefined ? null : (/^cluster\.id=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? null);
}

/** 16 random bytes in base64url. The first bit is 0: an id that begins with a hyphen would pass for an option. */
function makeClusterId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
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
