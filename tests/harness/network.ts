/**
 * All five processes and the mailbox, real and supervised as in `npm start`, on free ports with databases and a topic prefix of their own.
 * Each end-to-end test file starts one and disposes it; the Postgres and Kafka of the run are given by tests/run.ts.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { NodeProcessName } from '#infra/stack/environment.ts';
import { createEnvironments } from '#infra/stack/environment.ts';
import { createNodeProgram, probeNodeProcess } from '#infra/stack/node-programs.ts';
import { createDatabase } from '#infra/stack/postgres.ts';
import { ensureSecrets } from '#infra/stack/secrets.ts';
import type { Ports } from '#infra/stack/settings.ts';
import type { SupervisedProgram } from '#infra/stack/supervised-program.ts';
import { createSupervisor } from '#infra/stack/supervisor.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { findFreePorts } from './free-ports.ts';

export interface NetworkOptions {
  /** Part of database, topic and folder names: a-z only. */
  readonly name: string;
  readonly copies?: { readonly gateway?: number; readonly chat?: number; readonly storage?: number };
  /** For every process, over what the stack decides. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Changes the environment of one copy (from 1) before it starts: links between processes, preloaded modules. */
  readonly wire?: (process: {
    name: NodeProcessName;
    copy: number;
    environment: NodeJS.ProcessEnv;
  }) => void | Promise<void>;
  /** Where Postgres, Kafka and the folder of the run are; those of the test run unless given. */
  readonly stack?: Readonly<Record<string, string | undefined>>;
  /** Gets what the supervisor tells of ends and restarts; the terminal unless given. */
  readonly print?: (line: string) => void;
}

/** One of our processes, for tests that treat it badly. */
export interface NetworkProcess {
  /** Unique, e.g. `chat-2`. */
  readonly name: string;
  readonly kind: NodeProcessName;
  /** Of every start from now on; may be changed. */
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  pid(): number | null;
  /** To its process group; after an end it is started again. */
  kill(signal: NodeJS.Signals): void;
  isReady(): Promise<boolean>;
}

export interface Network extends AsyncDisposable {
  /** GraphQL address of the first gateway. */
  readonly gatewayUrl: string;
  /** Of all gateways. */
  readonly gatewayUrls: readonly string[];
  readonly mailboxUrl: string;
  /** GraphQL addresses of the subgraphs' first copies, which only the gateway is meant to call. */
  readonly subgraphUrls: Readonly<Record<'auth' | 'chat' | 'storage', string>>;
  /** `secrets.json` and `logs/` of this network. */
  readonly folder: string;
  /** Names of our processes, e.g. `gateway-2`. */
  readonly processNames: readonly string[];
  /** The same by name, without the mailbox. */
  readonly processes: ReadonlyMap<string, NetworkProcess>;
  readonly storageDatabaseUrl: string;
  readonly topicPrefix: string;
  /** SIGKILL; resolves when it has a new process that works. */
  kill(name: string): Promise<void>;
  /** Resolves when every process says it is ready. */
  waitUntilReady(): Promise<void>;
  /** Resident memory by process name, in MiB. */
  memory(): Readonly<Record<string, number>>;
}

interface Member {
  readonly processName: NodeProcessName;
  readonly ports: Ports;
  readonly environment: NodeJS.ProcessEnv;
  readonly program: SupervisedProgram;
}

const readyTimeoutMs = 60_000;
const pollMs = 100;

/** Starts everything and waits until it is ready. */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const id = `${options.name}_${randomBytes(4).toString('hex')}`;
  const {
    TEST_POSTGRES_URL: adminUrl = '',
    KAFKA_BROKERS: kafkaBrokers = '',
    TEST_FOLDER: testFolder = '',
  } = options.stack ?? process.env;
  if (testFolder === '') throw new Error('There is no test stack: run this by `npm test -- --only <file>`.');
  const folder = join(testFolder, id);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const databases = [`test_${id}_auth`, `test_${id}_store`];
  const [authDatabaseUrl = '', storageDatabaseUrl = ''] = await Promise.all(
    databases.map((name) => createDatabase(adminUrl, name)),
  );
  // Undone when the start fails, and by the network's end when it does not.
  await using started = new AsyncDisposableStack();
  started.defer(() => deleteTopics(kafkaBrokers, `${id}.`));
  started.defer(() => dropDatabases(adminUrl, databases));
  const supervisor = started.use(
    createSupervisor({
      runRoot: join(folder, 'run'),
      logDir: join(folder, 'logs'),
      verbose: false,
      print: options.print ?? ((line) => process.stdout.write(`${id}: ${line}\n`)),
    }),
  );
  const members = await startMembers({
    options,
    supervisor,
    folder,
    authDatabaseUrl,
    storageDatabaseUrl,
    kafkaBrokers,
    topicPrefix: `${id}.`,
  });
  const find = (name: string) => {
    const member = members.get(name);
    if (member === undefined) throw new Error(`there is no process ${name}`);
    return member;
  };
  const urls = [...members.values()]
    .filter(({ processName }) => processName === 'gateway')
    .map(({ ports }) => `http://127.0.0.1:${ports.gateway}/graphql`);
  const { ports } = find('auth');
  const owned = started.move();
  const processNames = [...members.keys()].filter((name) => name !== 'mailbox');
  return {
    gatewayUrl: urls[0] ?? '',
    gatewayUrls: urls,
    mailboxUrl: `http://127.0.0.1:${find('mailbox').ports.mailbox}`,
    subgraphUrls: {
      auth: `http://127.0.0.1:${ports.auth}/graphql`,
      chat: `http://127.0.0.1:${ports.chat}/graphql`,
      storage: `http://127.0.0.1:${ports.storage}/graphql`,
    },
    folder,
    processNames,
    processes: new Map(processNames.map((name) => [name, toProcess(name, find(name))])),
    storageDatabaseUrl,
    topicPrefix: `${id}.`,
    kill: async (name) => {
      const member = find(name);
      const killed = member.program.pid();
      member.program.kill('SIGKILL');
      await waitFor(`${name} to be started again`, async () => {
        const pid = member.program.pid();
        return pid !== null && pid !== killed && (await probeNodeProcess(member.processName, member.ports));
      });
    },
    waitUntilReady: () => waitUntilReady(members),
    memory: () =>
      Object.fromEntries(processNames.map((name) => [name, residentMiB(find(name).program.pid())])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface MembersOptions {
  readonly options: NetworkOptions;
  readonly supervisor: ReturnType<typeof createSupervisor>;
  readonly folder: string;
  readonly authDatabaseUrl: string;
  readonly storageDatabaseUrl: string;
  readonly kafkaBrokers: string;
  readonly topicPrefix: string;
}

/** Starts all processes at once; those that stand on others retry until these answer. */
async function startMembers(input: MembersOptions): Promise<Map<string, Member>> {
  const { options, supervisor, folder } = input;
  const { gateway = 1, chat = 1, storage = 1 } = options.copies ?? {};
  const counts: Record<NodeProcessName, number> = { mailbox: 1, store: 1, auth: 1, storage, chat, gateway };
  const [mailbox, smtp, auth, directory, store] = await findFreePorts(5);
  const shared = { mailbox, smtp, auth, directory, store, postgres: 0, kafka: 0, kafkaController: 0 };
  const copies = await Promise.all(
    Array.from({ length: Math.max(gateway, chat, storage) }, async (): Promise<Ports> => {
      const [gatewayPort, chatPort, storagePort] = await findFreePorts(3);
      return { ...shared, gateway: gatewayPort, chat: chatPort, storage: storagePort };
    }),
  );
  const urlsOf = (process: 'chat' | 'storage') =>
    copies
      .slice(0, counts[process])
      .map((ports) => `http://127.0.0.1:${ports[process]}/graphql`)
      .join(',');
  const secrets = ensureSecrets(folder);
  const members = new Map<string, Member>();
  for (const [index, ports] of copies.entries()) {
    const environments = createEnvironments({
      ports,
      secrets,
      authDatabaseUrl: input.authDatabaseUrl,
      storageDatabaseUrl: input.storageDatabaseUrl,
      kafkaBrokers: input.kafkaBrokers,
      kafkaTopicPrefix: input.topicPrefix,
      smtpUrl: `smtp://127.0.0.1:${smtp}`,
      logLevel: 'info',
      compileCacheDir: join(folder, '..', 'compile-cache'),
      inherited: process.env,
    });
    Object.assign(environments.gateway, {
      CHAT_SUBGRAPH_URL: urlsOf('chat'),
      STORAGE_SUBGRAPH_URL: urlsOf('storage'),
    });
    for (const processName of Object.keys(counts) as NodeProcessName[]) {
      if (index >= counts[processName]) continue;
      const name = counts[processName] === 1 ? processName : `${processName}-${index + 1}`;
      const env = { ...environments[processName], ...options.environment };
      await options.wire?.({ name: processName, copy: index + 1, environment: env });
      members.set(name, {
        processName,
        ports,
        environment: env,
        program: supervisor.run(createNodeProgram(processName, { ports, env, name })),
      });
    }
  }
  await Promise.all([...members.values()].map(({ program }) => program.ready));
  return members;
}

function toProcess(name: string, { processName, ports, environment, program }: Member): NetworkProcess {
  return {
    name,
    kind: processName,
    environment,
    logFile: program.logFile,
    pid: () => program.pid(),
    kill: (signal) => program.kill(signal),
    isReady: () => probeNodeProcess(processName, ports),
  };
}

async function waitUntilReady(members: ReadonlyMap<string, Member>): Promise<void> {
  const all = [...members.values()];
  await waitFor('every process to be ready', async () => {
    const answers = await Promise.all(
      all.map(({ processName, ports }) => probeNodeProcess(processName, ports)),
    );
    return answers.every(Boolean);
  });
}

async function waitFor(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${readyTimeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** VmRSS of a process; 0 when it is gone. */
function residentMiB(pid: number | null): number {
  if (pid === null) return 0;
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(match?.[1] ?? 0) / 1024);
}

async function dropDatabases(adminUrl: string, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  for (const name of names)
    await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
  await client.end();
}

async function deleteTopics(kafkaBrokers: string, prefix: string): Promise<void> {
  const logger = pino({ level: 'silent' });
  const admin = createKafka({ brokers: kafkaBrokers.split(','), clientId: 'tests', logger }).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  await admin.disconnect();
}
