/** Finds out before anything starts whether the ports are free, and if not, who has them. Called by start.ts and the test harness. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';

interface PortOwner {
  readonly pid: number;
  readonly command: string;
}

/** One line for each port that something else listens on; `wanted` maps variable names to ports. */
export async function findTakenPorts(wanted: ReadonlyMap<string, number>): Promise<string[]> {
  const used = new Map<number, string>();
  const lines: string[] = [];
  for (const [variable, port] of wanted) {
    const twin = used.get(port);
    if (twin !== undefined)
      lines.push(`${variable} and ${twin} are both ${port}. Give one of them another port.`);
    used.set(port, variable);
    if (await isFree(port)) continue;
    const owner = findOwner(port);
    const who = owner === null ? 'by another process' : `by pid ${owner.pid} (${owner.command})`;
    lines.push(`Port ${port} is used ${who}. Set ${variable}=${await suggestPort(port, wanted)} or stop it.`);
  }
  return lines;
}

/** The next free port in steps of 100 that nothing else here wants. */
async function suggestPort(port: number, wanted: ReadonlyMap<string, number>): Promise<number> {
  const others = [...wanted.values()];
  for (let candidate = port + 100; candidate <= 65_535; candidate += 100) {
    if (!others.includes(candidate) && (await isFree(candidate))) return candidate;
  }
  return port - 100;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function findOwner(port: number): PortOwner | null {
  return process.platform === 'linux' ? findLinuxOwner(port) : findOwnerByLsof(port);
}

/** From the socket's inode in /proc/net/tcp to the process that has it open. */
function findLinuxOwner(port: number): PortOwner | null {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((file) => readOr(() => readFileSync(file, 'utf8'), '').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${hexPort}`) && columns[3] === listening)
    .map((columns) => `socket:[${columns[9]}]`);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const folder = `/proc/${pid}/fd`;
    const files = readOr(() => readdirSync(folder), []);
    const owns = files.some((file) => {
      const link = `${folder}/${file}`;
      return inodes.includes(readOr(() => readlinkSync(link), ''));
    });
    if (owns) return { pid: Number(pid), command: readCommand(pid) };
  }
  return null;
}

/** The name of the program file; threads may have renamed the process itself. */
function readCommand(pid: string): string {
  const [program = ''] = readOr(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').split('\0');
  return basename(program) || '?';
}

/** Processes come and go while we look, and those of others are closed to us. */
function readOr<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return otherwise;
    throw error;
  }
}

function findOwnerByLsof(port: number): PortOwner | null {
  const { stdout } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
  });
  const pid = /^p(\d+)$/m.exec(stdout ?? '')?.[1];
  return pid === undefined ? null : { pid: Number(pid), command: /^c(.+)$/m.exec(stdout)?.[1] ?? '?' };
}
