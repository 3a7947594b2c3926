/**
 * As whom Postgres runs: it refuses to be root. As root we become the system user `postgres`; where a folder above
 * the project is closed to that user (a clone under /root), the kernel lets it read and enter folders by one
 * capability instead of us opening the folders or moving the data. Called by postgres.ts.
 */
import type { SpawnSyncReturns } from 'node:child_process';
import { spawnSync } from 'node:child_process';

const userName = 'postgres';
/** The lesser one first; containers often have only the second. */
const capabilities = ['dac_read_search', 'dac_override'] as const;

export interface PostgresUser {
  /** The user that must own the data; null when it is ourselves. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** The command line and user under which to spawn. */
  toSpawn(command: string, args: readonly string[]): SpawnPlan;
}

interface SpawnPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The user who can run `initdb` and enter `folder`; throws a sentence for the operator when there is none. */
export function findPostgresUser(initdb: string, folder: string): PostgresUser {
  if (process.getuid?.() !== 0) return { owner: null, toSpawn: (command, args) => ({ command, args }) };
  const owner = ensureUser();
  const candidates = [
    (command: string, args: readonly string[]) => ({ command, args, user: owner }),
    ...capabilities.map((capability) => (command: string, args: readonly string[]) => ({
      command: 'setpriv',
      args: [...toPrivileges(owner, capability), command, ...args],
    })),
  ];
  for (const toSpawn of candidates) {
    // --show makes initdb look for its binaries and templates, and nothing else.
    const script = 'cd "$1" && "$2" --show --pgdata="$1"';
    const plan = toSpawn('/bin/sh', ['-c', script, 'sh', folder, initdb]);
    if (runPlan(plan).status === 0) return { owner, toSpawn };
  }
  throw new Error(
    `Postgres does not run as root, and the user "${userName}" can't reach ${folder}. ` +
      'Start as a normal user, move the project to a folder that others may enter, or set AUTH_DATABASE_URL and STORAGE_DATABASE_URL.',
  );
}

/** Runs a plan to its end, with `input` on its standard input. */
export function runPlan({ command, args, user }: SpawnPlan, input = ''): SpawnSyncReturns<string> {
  return spawnSync(command, args, { cwd: '/', encoding: 'utf8', input, ...user });
}

function toPrivileges(owner: { uid: number; gid: number }, capability: string): string[] {
  const grant = `+${capability}`;
  return [
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    `--inh-caps=${grant}`,
    `--ambient-caps=${grant}`,
    // Without it access(2), by which Postgres checks its own binaries, ignores the capability.
    '--securebits=+no_setuid_fixup',
  ];
}

function ensureUser(): { uid: number; gid: number } {
  const found = findUser();
  if (found !== null) return found;
  spawnSync('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    userName,
  ]);
  const created = findUser();
  if (created !== null) return created;
  throw new Error(
    `Postgres does not run as root, and the system user "${userName}" could not be made. Make it, or start as a normal user.`,
  );
}

function findUser(): { uid: number; gid: number } | null {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, userName], { encoding: 'utf8' }));
  if (uid?.status !== 0 || gid?.status !== 0) return null;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
