/**
 * The judge of a fault run: a history of what clients saw -> what of the promise was broken. Pure; it knows nothing of processes or faults.
 * The classes follow Jepsen's checkers for logs. checker.test.ts shows that each of them bites.
 */
import type { History, SeenMessage, Send, Sight } from './history.ts';

export const violationKinds = [
  /** Answered ok, and not in history. */
  'lost',
  /** In history and never sent, or answered with a refusal, or with another text. */
  'phantom',
  /** Twice in history, or twice to one reader. */
  'duplicated',
  /** Numbers with a hole or out of order, or a writer's awaited sends in another order. */
  'reordered',
  /** A reader, a page or an answer that disagrees with history about what has a number. */
  'diverged',
  /** A page without what was answered as stored before it was asked for. */
  'stale',
  /** Reached somebody who must not see it. */
  'leaked',
  /** A reader who missed something, or did not come to rest. */
  'stuck',
  /** Answers that contradict the contract by themselves. */
  'contradictory',
] as const;

export type ViolationKind = (typeof violationKinds)[number];

export interface Violation {
  readonly kind: ViolationKind;
  readonly detail: string;
}

export interface Verdict {
  /** Of each kind, how many; all zero is what is promised. */
  readonly counts: Readonly<Record<ViolationKind, number>>;
  /** The first of each kind, for a person to look at. */
  readonly examples: readonly Violation[];
  readonly acknowledged: number;
  readonly delivered: number;
}

const examplesPerKind = 5;

/** Judges all of it. */
export function judge(history: History): Verdict {
  const violations = [
    ...judgeHistory(history),
    ...history.sights.flatMap((sight) => judgeSight(sight, history.final.get(sight.conversation) ?? [])),
    ...judgePages(history),
    ...history.leaks.map(({ who, what }) => violation('leaked', `${who} saw ${what}`)),
    ...history.stuck.map((detail) => violation('stuck', detail)),
    ...history.contradictions.map((detail) => violation('contradictory', detail)),
  ];
  const byKind = Map.groupBy(violations, ({ kind }) => kind);
  return {
    counts: Object.fromEntries(violationKinds.map((kind) => [kind, byKind.get(kind)?.length ?? 0])) as Record<
      ViolationKind,
      number
    >,
    examples: violationKinds.flatMap((kind) => (byKind.get(kind) ?? []).slice(0, examplesPerKind)),
    acknowledged: history.sends.filter(({ outcome }) => outcome === 'ok').length,
    delivered: history.sights.reduce((sum, { messages }) => sum + messages.length, 0),
  };
}

/** Whether nothing at all was broken. */
export function isClean({ counts }: Verdict): boolean {
  return Object.values(counts).every((count) => count === 0);
}

function violation(kind: ViolationKind, detail: string): Violation {
  return { kind, detail };
}

/** What was answered against what is there in the end. */
function judgeHistory({ sends, final }: History): Violation[] {
  const violations: Violation[] = [];
  const sendsById = new Map(sends.map((send) => [send.clientMessageId, send]));
  const stored = new Map<string, SeenMessage>();
  for (const [conversation, messages] of final) {
    for (const [index, message] of messages.entries()) {
      const { seq, clientMessageId } = message;
      if (seq !== index + 1)
        violations.push(violation('reordered', `${conversation}: seq ${seq} stands at place ${index + 1}`));
      if (stored.has(clientMessageId))
        violations.push(violation('duplicated', `${conversation}: ${clientMessageId} is in history twice`));
      stored.set(clientMessageId, message);
      const send = sendsById.get(clientMessageId);
      if (send === undefined || send.conversation !== conversation || send.text !== message.text)
        violations.push(
          violation('phantom', `${conversation}: nobody sent ${clientMessageId} as it is in history`),
        );
      else if (send.outcome === 'refused')
        violations.push(violation('phantom', `${conversation}: ${clientMessageId} was refused and is there`));
    }
  }
  for (const send of sends) violations.push(...judgeSend(send, stored.get(send.clientMessageId)));
  return [...violations, ...judgeWriters(sends, stored)];
}

function judgeSend(send: Send, message: SeenMessage | undefined): Violation[] {
  if (send.outcome !== 'ok') return [];
  const { conversation, clientMessageId, seq } = send;
  if (message === undefined)
    return [violation('lost', `${conversation}: ${clientMessageId} was acknowledged and is not in history`)];
  if (seq !== null && seq !== message.seq)
    return [violation('diverged', `${clientMessageId} was answered as ${seq} and is ${message.seq}`)];
  return [];
}

/** A writer sends the next message when the one before is answered, so its messages stand in that order. */
function judgeWriters(sends: readonly Send[], stored: ReadonlyMap<string, SeenMessage>): Violation[] {
  const violations: Violation[] = [];
  const last = new Map<string, number>();
  for (const { writer, conversation, clientMessageId, outcome } of sends) {
    const seq = stored.get(clientMessageId)?.seq;
    if (outcome !== 'ok' || seq === undefined) continue;
    const key = `${writer} in ${conversation}`;
    const before = last.get(key) ?? 0;
    if (seq <= before)
      violations.push(violation('reordered', `${key}: ${seq} was sent after ${before} was answered`));
    last.set(key, seq);
  }
  return violations;
}

/** One reader over all its reconnects against history. */
function judgeSight(
  { reader, conversation, messages, eventSeqs, isComplete }: Sight,
  final: readonly SeenMessage[],
): Violation[] {
  const violations: Violation[] = [];
  const place = `${reader} in ${conversation}`;
  for (let index = 1; index < eventSeqs.length; index += 1) {
    const before = eventSeqs[index - 1] ?? 0;
    const seq = eventSeqs[index] ?? 0;
    if (seq === before + 1) continue;
    if (seq <= before)
      violations.push(violation('duplicated', `${place}: event ${seq} came after ${before}`));
    else violations.push(violation('lost', `${place}: event ${seq} came after ${before}`));
  }
  for (const message of messages) {
    const known = final[message.seq - 1];
    if (known === undefined || known.clientMessageId !== message.clientMessageId)
      violations.push(violation('diverged', `${place}: ${message.clientMessageId} came as ${message.seq}`));
    else if (known.text !== message.text)
      violations.push(violation('diverged', `${place}: ${message.seq} came with another text`));
  }
  const last = messages.at(-1)?.seq ?? 0;
  if (isComplete && last !== final.length)
    violations.push(violation('stuck', `${place}: ended at ${last} of ${final.length} messages`));
  return violations;
}

function judgePages({ pages }: History): Violation[] {
  return pages.flatMap(({ reader, conversation, mustHave, lastSeq, pageSeqs }) => {
    const place = `${reader} in ${conversation}`;
    const problems: Violation[] = [];
    if (lastSeq < mustHave)
      problems.push(violation('stale', `${place}: the page ends at ${lastSeq}, ${mustHave} was stored`));
    if (pageSeqs.some((seq, index) => index > 0 && seq !== (pageSeqs[index - 1] ?? 0) + 1))
      problems.push(violation('reordered', `${place}: a page with ${pageSeqs.join(' ')}`));
    return problems;
  });
}
