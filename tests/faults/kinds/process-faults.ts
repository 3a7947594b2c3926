/** Our own processes: killed, stopped and continued, at a random moment or at a fail point, and restarted one after the other as a deploy does. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FailPoint } from '#platform/fail-points.ts';
import { failPoints } from '#platform/fail-points.ts';
import type { NetworkProcess } from '#tests/harness/network.ts';
import type { FaultKind, Trouble } from './kind.ts';
import { always, over, until, untilReplaced } from './kind.ts';

/** Above the 6 s after which a silent worker loses its partitions. */
const stopMsMax = 9_000;
/** A fail point that nobody passes in this time is given up. */
const pointMaxMs = 15_000;
const passesMax = 20;

/** Which process passes a point. */
const placeOf: Readonly<Record<FailPoint, NetworkProcess['kind']>> = {
  'gateway.forwarding': 'gateway',
  'send.before-produce': 'chat',
  'send.produced': 'chat',
  'persist.acquired': 'storage',
  'persist.before-append': 'storage',
  'append.written': 'store',
  'append.committed': 'store',
  'persist.appended': 'storage',
  'persist.publishing': 'storage',
  'persist.published': 'storage',
  'live.received': 'chat',
  'live.attached': 'chat',
  'live.replaying': 'chat',
  'gateway.event': 'gateway',
  'outbox.published': 'auth',
};

async function kill({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const process = random.pick(scene.processes);
  const before = process.pid();
  process.kill('SIGKILL');
  const fault = over(process.name);
  await untilReplaced(process, before);
  return fault;
}

/** Everything that stands on one thing dies at once. */
async function killSeveral({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const kind = random.pick(['gateway', 'chat', 'storage'] as const);
  const victims = scene.processes.filter((process) => process.kind === kind);
  const before = victims.map((process) => process.pid());
  for (const process of victims) process.kill('SIGKILL');
  const fault = over(`all of ${kind}`);
  await Promise.all(victims.map((process, index) => untilReplaced(process, before[index] ?? null)));
  return fault;
}

async function stop({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const process = random.pick(scene.processes);
  const ms = random.between(200, stopMsMax);
  process.kill('SIGSTOP');
  await delay(ms);
  process.kill('SIGCONT');
  return over(`${process.name} for ${ms} ms`);
}

/** Restarts a process armed, waits until it has died or stopped there, and lets it live. */
async function failAtPoint(
  { scene, random, points: wanted }: Trouble,
  action: 'kill' | 'stop',
): ReturnType<FaultKind['inflict']> {
  const point = random.pick(failPoints.filter((known) => wanted.length === 0 || wanted.includes(known)));
  const process = random.pick(scene.processes.filter(({ kind }) => kind === placeOf[point]));
  const what = `${process.name} at ${point}`;
  process.environment.FAULT_AT = `${point}:${action}@${random.between(1, passesMax)}`;
  const unarmed = process.pid();
  process.kill('SIGTERM');
  try {
    // Not until it is ready: at some points it fails before that.
    await until(`${process.name} to start again`, () => ![null, unarmed].includes(process.pid()));
  } finally {
    delete process.environment.FAULT_AT;
  }
  const armed = process.pid();
  const hasFailed = () => process.pid() !== armed || isStopped(armed);
  await until(what, hasFailed, pointMaxMs).catch(() => undefined);
  if (!hasFailed()) {
    // Not to fail later, when nobody expects it.
    process.kill('SIGKILL');
    await untilReplaced(process, armed);
    return over(`${what}, not reached: killed`);
  }
  if (action === 'stop') {
    await delay(random.between(200, stopMsMax));
    process.kill('SIGCONT');
    return over(what);
  }
  const fault = over(what);
  await untilReplaced(process, armed);
  return fault;
}

/** State T in /proc: stopped by a signal. */
function isStopped(pid: number | null): boolean {
  if (pid === null) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  } catch {
    return false;
  }
}

async function rollingRestart({ scene }: Trouble): ReturnType<FaultKind['inflict']> {
  for (const process of scene.processes) {
    const before = process.pid();
    process.kill('SIGTERM');
    await untilReplaced(process, before);
  }
  return over('every process');
}

export const processFaults: readonly FaultKind[] = [
  { name: 'kill', breaks: 'processes', weight: 10, isPossible: always, inflict: kill },
  { name: 'kill-all-copies', breaks: 'processes', weight: 2, isPossible: always, inflict: killSeveral },
  { name: 'stop', breaks: 'processes', weight: 6, isPossible: always, inflict: stop },
  {
    name: 'kill-at-point',
    breaks: 'processes',
    weight: 10,
    isPossible: always,
    inflict: (trouble) => failAtPoint(trouble, 'kill'),
  },
  {
    name: 'stop-at-point',
    breaks: 'processes',
    weight: 5,
    isPossible: always,
    inflict: (trouble) => failAtPoint(trouble, 'stop'),
  },
  { name: 'rolling-restart', breaks: 'processes', weight: 1, isPossible: always, inflict: rollingRestart },
];
