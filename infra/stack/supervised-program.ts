/** One process under supervision: its life from the first start to the wanted end. Made by supervisor.ts. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTakenPorts } from './ports.ts';
import { readIdentity, sendSignal } from './process-identity.ts';
import type { ProcessLog } from './process-log.ts';
import { openProcessLog } from './process-log.ts';
import type { Program } from './program.ts';
import { createNoticeFilter } from './repeated-notices.ts';
import { forgetChild, registerChild } from './run-directory.ts';

const backoffMinMs = 500;
const backoffMaxMs = 10_000;
/** A process that ran this long is considered healthy again: its next restart waits backoffMinMs. */
const stableMs = 30_000;
const stopTimeoutMs = 20_000;
const readyPollMs = 50;
const startAttemptsMax = 3;
/** EX_CONFIG: the process refused its configuration, another try can't help. */
const exitCodeConfig = 78;

/** It ended before it ever worked. The message holds its last lines. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}

export interface SupervisedProgram {
  readonly name: string;
  readonly logFile: string;
  /** Resolves when it first works; rejects with StartFailed when it gives up before that. */
  readonly ready: Promise<void>;
  /** Of the current process; null between an end and a restart. */
  pid(): number | null;
  /** How often it was started again after an unwanted end. */
  restarts(): number;
  /** Sends a signal to its process group; an unwanted end is followed by a restart. */
  kill(signal: NodeJS.Signals): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

interface Context {
  readonly directory: string;
  readonly logFile: string;
  readonly verbose: boolean;
  readonly print: (line: string) => void;
}

type State =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly child: ChildProcess }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ended' };

/** One life under supervision, as its phases change it. */
interface Life {
  readonly program: Program;
  readonly context: Context;
  readonly log: ProcessLog;
  readonly ready: PromiseWithResolvers<void>;
  /** Aborted when the end is wanted. */
  readonly stopping: AbortSignal;
  state: State;
  restarts: number;
  hasWorked: boolean;
}

interface Ending {
  readonly text: string;
  readonly code: number | null;
}

/** Starts the program and keeps it running until stop(). */
export function superviseProgram(program: Program, context: Context): SupervisedProgram {
  const { name } = program;
  const stopping = new AbortController();
  const isNews = createNoticeFilter();
  const log = openProcessLog(context.logFile, (line) => {
    const notice = context.verbose ? line : program.toNotice(line);
    if (notice === null || !(context.verbose || isNews(notice, Date.now()))) return;
    context.print(`[${name}] ${notice}`);
  });
  const ready = Promise.withResolvers<void>();
  // Whoever awaits it gets the rejection; until then it must not count as unhandled.
  ready.promise.catch(() => undefined);
  const life: Life = {
    program,
    context,
    log,
    ready,
    stopping: stopping.signal,
    state: { kind: 'starting' },
    restarts: 0,
    hasWorked: false,
  };
  const ended = live(life).catch((error: unknown) => ready.reject(error));
  return {
    name,
    logFile: context.logFile,
    ready: ready.promise,
    pid: () => (life.state.kind === 'running' ? (life.state.child.pid ?? null) : null),
    restarts: () => life.restarts,
    kill: (signal) => killGroup(life, signal),
    stop: async () => {
      stopping.abort();
      ready.reject(new StartFailed(`${name} was stopped`));
      if (life.state.kind === 'running') life.state.child.kill(program.stopSignal);
      const overdue = setTimeout(() => {
        context.print(`[${name}] did not stop within ${stopTimeoutMs / 1000} s and is killed`);
        killGroup(life, 'SIGKILL');
      }, stopTimeoutMs);
      await ended;
      clearTimeout(overdue);
    },
  };
}

/** Starts it again after every unwanted end, until it is stopped or has failed before it ever worked. */
async function live(life: Life): Promise<void> {
  const { program, context, log, stopping } = life;
  let backoffMs = backoffMinMs;
  while (!stopping.aborted) {
    const startedAtMs = Date.now();
    const ending = await runOnce(life);
    if (stopping.aborted) break;
    if (!life.hasWorked && (ending.code === exitCodeConfig || life.restarts + 1 >= startAttemptsMax)) {
      life.ready.reject(new StartFailed(describeFailure(program, ending.text, log)));
      break;
    }
    if (Date.now() - startedAtMs > stableMs) backoffMs = backoffMinMs;
    context.print(
      `[${program.name}] ${ending.text}, starting again in ${backoffMs / 1000} s (${context.logFile})`,
    );
    life.state = { kind: 'waiting' };
    await sleep(backoffMs, undefined, { signal: stopping }).catch(() => undefined);
    backoffMs = Math.min(backoffMs * 2, backoffMaxMs);
    life.restarts += 1;
  }
  life.state = { kind: 'ended' };
  log.close();
}

async function runOnce(life: Life): Promise<Ending> {
  const { program, context, stopping } = life;
  life.state = { kind: 'starting' };
  const refusal = await prepare(program);
  if (refusal !== null) return { text: refusal, code: null };
  if (stopping.aborted) return { text: 'was stopped before it started', code: null };

  const child = spawnChild(program, life.log);
  const exited = waitForExit(child);
  if (child.pid === undefined) return exited;
  life.state = { kind: 'running', child };
  const identity = readIdentity(child.pid);
  if (identity !== null) registerChild(context.directory, toEntry(program, identity));
  const watching = new AbortController();
  const watched = watchReadiness(life, watching.signal);
  const ending = await exited;
  watching.abort();
  await watched;
  // What it may have left in its group has nobody to answer to any more.
  sendSignal(child.pid, 'SIGKILL', { group: true });
  forgetChild(context.directory, program.name);
  program.onExit?.();
  return ending;
}

/** Null when the start can go on, else why not. */
async function prepare(program: Program): Promise<string | null> {
  try {
    await program.prepare?.();
  } catch (error) {
    return `could not be prepared: ${error instanceof Error ? error.message : error}`;
  }
  const taken = await findTakenPorts(program.ports);
  return taken.length > 0 ? `could not be started: ${taken.join(' ')}` : null;
}

async function watchReadiness(life: Life, signal: AbortSignal): Promise<void> {
  const { program, context } = life;
  const startedAtMs = Date.now();
  while (!signal.aborted) {
    const works = await program.isReady();
    if (signal.aborted) return;
    if (works) {
      const seconds = (Date.now() - startedAtMs) / 1000;
      if (life.restarts > 0) context.print(`[${program.name}] works again after ${seconds.toFixed(1)} s`);
      life.hasWorked = true;
      life.ready.resolve();
      return;
    }
    await sleep(readyPollMs, undefined, { signal }).catch(() => undefined);
  }
}

function killGroup({ state }: Life, signal: NodeJS.Signals): void {
  if (state.kind === 'running' && state.child.pid !== undefined) {
    sendSignal(state.child.pid, signal, { group: true });
  }
}

function spawnChild(program: Program, log: ProcessLog): ChildProcess {
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...program.user,
  });
  child.stdout?.on('data', (chunk: Buffer) => log.write('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.write('stderr', chunk));
  return child;
}

function waitForExit(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ text: `could not be started: ${error.message}`, code: null }));
    // 'close' rather than 'exit': its last words have been read by then. A grandchild may keep the pipes open.
    child.once('exit', (code, signal) => {
      const text = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      const late = setTimeout(() => resolve({ text, code }), 1_000);
      child.once('close', () => {
        clearTimeout(late);
        resolve({ text, code });
      });
    });
  });
}

function toEntry(program: Program, identity: { pid: number; startedAt: string }) {
  const { name, stopSignal, container } = program;
  return { ...identity, name, stopSignal, ...(container === undefined ? {} : { container }) };
}

function describeFailure(program: Program, text: string, log: ProcessLog): string {
  const lines = log.tail().map((line) => `    ${program.toNotice(line) ?? line}`);
  return [`${program.name} ${text} before it worked. Its last lines:`, ...lines].join('\n');
}
