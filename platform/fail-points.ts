/**
 * Named places at which a process dies or stops when FAULT_AT says so: where a crash hurts most, fault tests let it crash. Armed once by
 * service.ts from the configuration, which production refuses; unarmed, passing one is a comparison with null.
 */

/** SEND, PERSIST, LIVE and auth's outbox in the order in which a message passes them. */
export const failPoints = [
  'gateway.forwarding',
  'send.before-produce',
  'send.produced',
  'persist.acquired',
  'persist.before-append',
  'append.written',
  'append.committed',
  'persist.appended',
  'persist.publishing',
  'persist.published',
  'live.received',
  'live.attached',
  'live.replaying',
  'gateway.event',
  'outbox.published',
] as const;

export type FailPoint = (typeof failPoints)[number];

interface Armed {
  readonly point: FailPoint;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  passesLeft: number;
}

let armed: Armed | null = null;

const form = /^([a-z.-]+)(?::(kill|stop))?(?:@([1-9]\d{0,6}))?$/;

/** `point`, `point:stop` or `point:kill@3` (at the third pass); null for anything else. */
export function parseFailPoint(text: string): Armed | null {
  const [, name, action = 'kill', pass = '1'] = form.exec(text) ?? [];
  const point = failPoints.find((known) => known === name);
  if (point === undefined) return null;
  return { point, signal: action === 'stop' ? 'SIGSTOP' : 'SIGKILL', passesLeft: Number(pass) };
}

/** Once a life: what it was armed with happens at the first pass that is due, and never again. */
export function armFailPoint(text: string): void {
  armed = parseFailPoint(text);
}

/** The process is here. */
export function reachFailPoint(point: FailPoint): void {
  if (armed === null || armed.point !== point) return;
  armed.passesLeft -= 1;
  if (armed.passesLeft > 0) return;
  const { signal } = armed;
  armed = null;
  process.kill(process.pid, signal);
}
