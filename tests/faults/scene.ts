/**
 * What a fault run breaks: a stack of its own (Postgres, one or three brokers), two copies each of gateway, chat and storage, links between
 * them, clocks that can be set, a supergraph file that can be replaced. Started by run-faults.ts, handed to every kind of fault.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Network, NetworkProcess } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import type { TestStack } from '#tests/harness/stack.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import { FaultyLink } from '#tests/kafka/faulty-link.ts';
import type { SmallDisk } from './disk.ts';
import { mountSmallDisk } from './disk.ts';
import type { NamedLink } from './links.ts';
import { openLinks } from './links.ts';

export interface SceneOptions {
  readonly brokerCount: 1 | 3;
  /** Source patches that every process loads, see plant-bug.ts. */
  readonly plantedBug: string | null;
  readonly print: (line: string) => void;
}

export interface Scene extends AsyncDisposable {
  readonly stack: TestStack;
  readonly network: Network;
  readonly processes: readonly NetworkProcess[];
  /** Between our processes, to Postgres and from clients. */
  readonly links: readonly NamedLink[];
  /** In front of each broker, for chat and for storage. */
  readonly kafkaLinks: readonly FaultyLink[];
  /** Where clients connect: in front of the gateways. */
  readonly gatewayUrls: readonly string[];
  readonly kafkaBrokers: readonly string[];
  /** Null where nothing can be mounted. */
  readonly disk: SmallDisk | null;
  /** Sets the wall clock of a process off; 0 sets it right. */
  shiftClock(process: NetworkProcess, ms: number): void;
  readonly supergraphPath: string;
}

/** Tokens outlive any run: their end is tested elsewhere, and a clock set ahead must not end them all. */
const tokenLifeMs = 24 * 60 * 60 * 1000;

export async function startScene({ brokerCount, plantedBug, print }: SceneOptions): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'messageme-faults-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const disk = started.use(await mountSmallDisk(join(folder, 'disk')));
  const stack = started.use(
    await startTestStack({
      print,
      brokerCount,
      ...(disk.isMounted ? { postgresDataDir: join(disk.folder, 'postgres') } : {}),
    }),
  );
  const kafkaBrokers = (stack.variables.KAFKA_BROKERS ?? '').split(',');
  const kafkaLinks = await openKafkaLinks(started, kafkaBrokers);
  const links = started.use(openLinks());
  const clocks = join(folder, 'clocks');
  mkdirSync(clocks);
  const supergraphPath = join(folder, 'supergraph.graphql');
  copyFileSync('schema/supergraph.graphql', supergraphPath);
  const preloads = [
    fileUrl('./preload/set-clock.ts'),
    ...(plantedBug === null ? [] : [fileUrl('./preload/plant-bug.ts')]),
  ];
  const network = started.use(
    await startNetwork({
      name: 'faults',
      copies: { gateway: 2, chat: 2, storage: 2 },
      stack: stack.variables,
      print,
      environment: {
        KAFKA_REPLICATION_FACTOR: String(brokerCount),
        ACCESS_TOKEN_TTL_MS: String(tokenLifeMs),
        SUPERGRAPH_PATH: supergraphPath,
        SOCKET_MESSAGES_PER_SECOND_MAX: '1000',
        USER_SOCKETS_MAX: '20000',
        NODE_OPTIONS: preloads.map((url) => `--import=${url}`).join(' '),
        CLOCKS_FOLDER: clocks,
        PLANTED_BUG: plantedBug ?? '',
      },
      wire: async ({ name, copy, environment }) => {
        environment.CLOCK_NAME = `${name}-${copy}`;
        const behind = name === 'chat' || name === 'storage' ? kafkaLinks[name] : [];
        if (behind.length > 0) environment.KAFKA_BROKERS = behind.map(({ address }) => address).join(',');
        await links.wire(name, copy, environment);
      },
    }),
  );
  const gatewayUrls = await Promise.all(
    network.gatewayUrls.map((url, index) => links.toGateway(url, index + 1)),
  );
  const processes = [...network.processes.values()];
  const owned = started.move();
  return {
    stack,
    network,
    processes,
    links: links.all,
    kafkaLinks: [...kafkaLinks.chat, ...kafkaLinks.storage],
    gatewayUrls,
    kafkaBrokers,
    disk: disk.isMounted ? disk : null,
    supergraphPath,
    shiftClock: ({ name, kind }, ms) => {
      const clock = name === kind ? `${name}-1` : name;
      writeFileSync(join(clocks, clock), String(ms));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Chat and storage have their own, so that one can lose what the other does not. */
async function openKafkaLinks(
  stack: AsyncDisposableStack,
  brokers: readonly string[],
): Promise<{ chat: readonly FaultyLink[]; storage: readonly FaultyLink[] }> {
  const [chat, storage] = await Promise.all([FaultyLink.openAll(brokers), FaultyLink.openAll(brokers)]);
  for (const link of [...chat, ...storage]) stack.use(link);
  return { chat, storage };
}

function fileUrl(path: string): string {
  return pathToFileURL(join(import.meta.dirname, path)).href;
}
