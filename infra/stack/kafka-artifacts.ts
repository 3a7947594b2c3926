/**
 * What an embedded Kafka needs: Java 17 or newer, and the jars that infra/kafka/pom.xml names, fetched once by Maven
 * into the cache. Called by kafka.ts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runToEnd } from './run-to-end.ts';
import { projectDir } from './settings.ts';

const javaMajorMin = 17;
const mavenPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const pomFile = join(projectDir, 'infra/kafka/pom.xml');

export interface KafkaArtifacts {
  readonly java: string;
  /** In Java's wildcard form. */
  readonly classPath: string;
  /** Where an archive of loaded classes is kept for this Java; it halves the start. */
  readonly classArchive: string;
}

/** The Kafka version that pom.xml names. */
export function readKafkaVersion(): string {
  const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(
    readFileSync(pomFile, 'utf8'),
  );
  if (version?.[1] === undefined) throw new Error(`${pomFile} names no Kafka version.`);
  return version[1];
}

/** Finds or fetches everything; null when this machine has no Java or no way to get the jars. Throws when fetching fails. */
export async function ensureKafkaArtifacts(
  cacheDir: string,
  print: (line: string) => void,
): Promise<KafkaArtifacts | null> {
  const java = findJava();
  if (java === null) return null;
  const version = readKafkaVersion();
  const libraries = join(cacheDir, `kafka-${version}`, 'libs');
  if (!existsSync(libraries)) {
    if (spawnSync('mvn', ['--version']).status !== 0) return null;
    await fetchLibraries({ libraries, version, print });
  }
  const archiveName = `classes-${java.version.replace(/[^\w.+-]/g, '_')}.jsa`;
  return {
    java: java.command,
    classPath: join(libraries, '*'),
    classArchive: join(dirname(libraries), archiveName),
  };
}

function findJava(): { command: string; version: string } | null {
  const { JAVA_HOME } = process.env;
  const commands = [...(JAVA_HOME ? [join(JAVA_HOME, 'bin/java')] : []), 'java'];
  for (const command of commands) {
    const { status, stderr } = spawnSync(command, ['-version'], { encoding: 'utf8' });
    const version = /version "([^"]+)"/.exec(stderr ?? '')?.[1];
    if (status === 0 && version !== undefined && Number.parseInt(version, 10) >= javaMajorMin) {
      return { command, version };
    }
  }
  return null;
}

/** Fetches beside the place and moves there, so that a broken-off or concurrent fetch leaves nothing half done. */
async function fetchLibraries({ libraries, version, print }: FetchOptions): Promise<void> {
  const home = dirname(libraries);
  mkdirSync(home, { recursive: true });
  const staging = mkdtempSync(join(home, 'staging-'));
  const startedAtMs = Date.now();
  print(`Fetching Kafka ${version} by Maven (once, about 45 MB) ...`);
  const progress = setInterval(() => {
    print(`  still at it, ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
  }, 15_000);
  try {
    await runToEnd('mvn', [
      ...['-B', '-ntp', '-q', '-f', pomFile],
      `-Dmaven.repo.local=${join(staging, 'repository')}`,
      mavenPlugin,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(staging, 'libs')}`,
    ]);
    if (!existsSync(libraries)) renameSync(join(staging, 'libs'), libraries);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Maven could not fetch Kafka:\n${reason}`, { cause: error });
  } finally {
    clearInterval(progress);
    rmSync(staging, { recursive: true, force: true });
  }
  print(`  Kafka ${version} fetched in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
}

interface FetchOptions {
  readonly libraries: string;
  readonly version: string;
  readonly print: (line: string) => void;
}
