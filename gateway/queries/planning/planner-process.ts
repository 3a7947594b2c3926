/**
 * HISTORY and SEND: the planner in a process of its own, one for each supergraph: planning never holds up the event loop, and an operation that crashes
 * the planner or keeps it busy costs the gateway nothing but a new process. Made by generation-planner.ts; starts planner-child.ts.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Logger } from '#platform/logger.ts';
import type { Plan } from './plan.ts';
import type { PlanRequest, QueryPlanner } from './planner.ts';
import { PlanningError } from './planner.ts';
import type { FromPlanner, ToPlanner } from './planner-messages.ts';

export interface PlannerOptions {
  readonly supergraphSdl: string;
  /** For one plan; the planner's process is replaced after it. */
  readonly timeoutMs: number;
  /** Operations that wait to be planned; more are refused. */
  readonly waitingMax: number;
  readonly logger: Logger;
}

/** Reading the supergraph, by both planners. */
const startMs = 30_000;
/**
 * Operations that stopped the process, remembered so that they don't do it again soon: once, and Hive's planner is not asked any more; twice, and they are refused.
 * On a busy machine any may take too long once.
 */
const troublesMax = 1_000;
const troubleMs = 60_000;
const heapMegabytesMax = 512;

/** The process is gone: what it was asked was too much for the planner. */
class PlannerCrash extends PlanningError {
  constructor(exit: unknown) {
    super('failed', `the planner exited with ${exit}`);
  }
}

/** Waits until it can plan; throws PlanningError when the supergraph is not usable. */
export async function startPlanner(options: PlannerOptions): Promise<QueryPlanner> {
  const { supergraphSdl, timeoutMs, waitingMax, logger } = options;
  const troubles = new LRUCache<string, PlanningError[]>({ max: troublesMax, ttl: troubleMs });
  const { child: firstChild, facts } = await startChild(supergraphSdl);
  let child: Promise<ChildProcess> = Promise.resolve(firstChild);
  let isDisposed = false;
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  async function planInTurn(operation: PlanRequest): Promise<Plan> {
    const key = createHash('sha256').update(JSON.stringify(operation)).digest('base64');
    const before = troubles.get(key) ?? [];
    const [, last] = before;
    if (last !== undefined) throw last;
    try {
      return await planOnce(operation, before.length > 0);
    } catch (error) {
      if (isDisposed || !isStop(error)) throw error;
      const wasApollo = facts.hasInterfaceObjects || operation.text.includes('@defer');
      troubles.set(key, wasApollo ? [error, error] : [...before, error]);
      // Its text may hold what a client must not find in a log.
      logger.error({ err: error, sha256: key }, 'an operation stopped the query planner');
    }
    return planInTurn(operation);
  }

  /** One that went away by itself, or could not be started, is replaced when it is needed. */
  async function findChild(): Promise<ChildProcess> {
    const current = await child.catch(() => null);
    if (current !== null && !isOver(current)) return current;
    child = startChild(supergraphSdl).then((started) => started.child);
    return child.catch((error: unknown) => {
      logger.error({ err: error }, 'the query planner could not be started');
      throw new PlanningError('busy', 'there is no planner at the moment', { cause: error });
    });
  }

  async function planOnce(operation: PlanRequest, withoutHive: boolean): Promise<Plan> {
    if (isDisposed) throw stopped();
    const current = await findChild();
    try {
      const answer = await ask(current, { operation, withoutHive }, timeoutMs);
      if (answer.kind === 'planned') return answer.plan;
      throw new PlanningError('failed', answer.kind === 'failed' ? answer.message : 'no answer');
    } catch (error) {
      if (isDisposed) throw stopped();
      if (isStop(error)) {
        child = stop(current).then(async () => (await startChild(supergraphSdl)).child);
        child.catch(() => undefined);
      }
      throw error;
    }
  }

  return {
    facts,
    plan: async (request) => {
      if (waiting >= waitingMax)
        throw new PlanningError('busy', `${waitingMax} operations wait to be planned`);
      waiting += 1;
      const planned = turn.then(() => planInTurn(request)).finally(() => (waiting -= 1));
      turn = planned.catch(() => undefined);
      return planned;
    },
    [Symbol.asyncDispose]: async () => {
      isDisposed = true;
      await child.then(stop, () => undefined);
    },
  };
}

function stopped(): PlanningError {
  return new PlanningError('failed', 'the planner was stopped');
}

/** The process is gone, or has to go. */
function isStop(error: unknown): error is PlanningError {
  return error instanceof PlannerCrash || (error instanceof PlanningError && error.reason === 'timeout');
}

async function startChild(supergraphSdl: string) {
  const child = fork(new URL('planner-child.ts', import.meta.url), {
    execArgv: [`--max-old-space-size=${heapMegabytesMax}`],
    env: {},
    // What the planner says when it ends itself could quote the operation.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Of a channel that is closed; whoever waits for an answer sees the end of the process.
  child.on('error', () => undefined);
  try {
    const answer = await ask(child, { supergraphSdl }, startMs);
    if (answer.kind === 'ready') return { child, facts: answer.facts };
    throw new PlanningError('failed', answer.kind === 'failed' ? answer.message : 'no answer');
  } catch (error) {
    await stop(child);
    throw error;
  }
}

/** The planner's answer. The gateway's process stays alive only as long as it waits for it. */
async function ask(child: ChildProcess, message: ToPlanner, timeoutMs: number): Promise<FromPlanner> {
  child.ref();
  child.channel?.ref();
  child.send(message);
  try {
    const answer = await nextMessage(child, timeoutMs);
    if (answer.kind !== 'loading') return answer;
    await nextMessage(child, startMs);
    return await nextMessage(child, timeoutMs);
  } finally {
    child.unref();
    child.channel?.unref();
  }
}

async function nextMessage(child: ChildProcess, timeoutMs: number): Promise<FromPlanner> {
  const waited = new AbortController();
  const { signal } = waited;
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(([code, killer]) => {
        throw new PlannerCrash(killer ?? code);
      }),
      setTimeout(timeoutMs, null, { signal }).then(async () => {
        // This process may have been busy itself: what has come meanwhile is looked at first.
        await setImmediate();
        await setImmediate();
        throw new PlanningError('timeout', `no plan within ${timeoutMs} ms`);
      }),
    ]);
    return message;
  } finally {
    waited.abort();
  }
}

function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || !child.connected;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await exited;
}
