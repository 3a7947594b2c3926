/** Several processes on one port: all of them serve, one that dies is missed by nobody for long, and all end together. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '../harness/free-ports.ts';

interface Trial extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Lines of all its processes so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Over a connection of its own. */
  ask(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Which workers answer, of so many questions. */
  pids(questions: number): Promise<Set<number>>;
}

async function run(environment: Readonly<Record<string, string>>): Promise<Trial> {
  const [port = 0] = await findFreePorts(1);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker-program.ts')], {
    env: { ...process.env, PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const log: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) => log.push(JSON.parse(line)));
  const ask: Trial['ask'] = (path) =>
    new Promise((resolve, reject) => {
      const asking = get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      });
      asking.on('error', reject).setTimeout(5_000, () => asking.destroy(new Error('no answer in time')));
    });
  return {
    process: child,
    log,
    ask,
    pids: async (questions) => {
      const answers = await Promise.all(Array.from({ length: questions }, () => ask('/pid')));
      return new Set(answers.map(({ body }) => Number(body)));
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const isReady = ({ ask }: Trial) =>
  ask('/health/ready').then(
    ({ status }) => status === 200,
    () => false,
  );

test('all workers serve, and one of them answers for all what is measured and whether they are ready', async () => {
  await using trial = await run({ WORKERS: '3' });
  await until('all are ready', () => isReady(trial));
  assert.equal((await trial.pids(30)).size, 3);
  const { body } = await trial.ask('/metrics');
  assert.match(body, /^trial_asked_total\{process="trial"\} 30$/m);
  assert.match(body, /^process_workers_running 3$/m);
  const readiness = JSON.parse((await trial.ask('/health/ready')).body) as object;
  assert.deepEqual(readiness, {
    status: 'UP',
    draining: false,
    checks: [
      { name: 'mood', up: true },
      { name: 'workers', up: true, reason: '3 of 3 run' },
    ],
  });
});

test('a worker that is killed is missed by nobody and is there again', async () => {
  await using trial = await run({ WORKERS: '2' });
  await until('all are ready', () => isReady(trial));
  const [killed = 0, other] = await trial.pids(30);

  process.kill(killed, 'SIGKILL');
  await until('it is gone', () => !isRunning(killed));
  await sleep(20);

  assert.deepEqual([...(await trial.pids(30))], [other]);
  assert.ok(await isReady(trial), 'the other one goes on');
  await until('another has come', async () => (await trial.pids(30)).size === 2);
  assert.match((await trial.ask('/metrics')).body, /^process_workers_restarted_total 1$/m);
});

test('the more of them die, the longer it takes until the next one is started', async () => {
  await using trial = await run({ WORKERS: '3' });
  await until('all are ready', () => isReady(trial));
  for (const pid of await trial.pids(40)) process.kill(pid, 'SIGKILL');
  await until('all are there again', async () => (await trial.pids(40).catch(() => new Set())).size === 3);
  const ends = trial.log.filter(({ msg }) => msg === 'a worker has ended, starting another');
  assert.deepEqual(
    ends.map(({ waitMs, signal }) => [waitMs, signal]),
    [100, 200, 400].map((waitMs) => [waitMs, 'SIGKILL']),
  );
});

test('a worker that hangs is seen, and what the others measure is told', async () => {
  await using trial = await run({ WORKERS: '2' });
  await until('all are ready', () => isReady(trial));
  const [hanging = 0] = await trial.pids(30);
  process.kill(hanging, 'SIGSTOP');
  try {
    // The kernel decides who gets a connection: of twenty one at least is not the hanging one's.
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        Promise.race([trial.ask('/health/ready').catch(() => null), sleep(4_000, null)]),
      ),
    );
    const unready = answers.find((answer) => answer !== null);
    assert.equal(unready?.status, 503);
    assert.match(unready?.body ?? '', /1 of 2 do not answer/);
  } finally {
    process.kill(hanging, 'SIGCONT');
  }
});

test('SIGTERM ends all of them, after what they were answering', async () => {
  await using trial = await run({ WORKERS: '2' });
  await until('all are ready', () => isReady(trial));
  const pids = [...(await trial.pids(30))];
  const answering = [trial.ask('/slow'), trial.ask('/slow')];
  await sleep(200);

  trial.process.kill('SIGTERM');

  const answers = await Promise.all(answering);
  assert.deepEqual(
    answers.map(({ body }) => body),
    ['"slow"', '"slow"'],
  );
  const [code] = (await once(trial.process, 'exit')) as [number];
  assert.equal(code, 0);
  assert.deepEqual(pids.filter(isRunning), []);
});

test('no worker outlives a parent that was killed', async () => {
  await using trial = await run({ WORKERS: '2' });
  await until('all are ready', () => isReady(trial));
  const pids = [...(await trial.pids(30))];
  trial.process.kill('SIGKILL');
  await until('they are gone', () => !pids.some(isRunning));
});

test('workers that can not start end the process, instead of starting for ever', async () => {
  await using trial = await run({ WORKERS: '2', FAIL: 'start' });
  const [code] = (await once(trial.process, 'exit')) as [number];
  assert.equal(code, 1);
});

/** One that waits for its parent to take notice runs no more. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + 20_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < endsAt, `waited in vain: ${what}`);
    await sleep(20);
  }
}
