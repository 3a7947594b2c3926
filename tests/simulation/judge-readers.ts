/**
 * What readers saw against what is stored: from where it began, each got every event that it may see once and in order, or was told to
 * resync for a reason that holds. Pure; called by judge.ts.
 */
import type { ChatEvent } from '#schema/generated/events.ts';
import type { Arrival, Cursor, History, ReaderHistory, Session } from './history.ts';
import { isStored } from './history.ts';
import type { Period, StoreTables } from './store-tables.ts';

export function judgeReaders(history: History): string[] {
  return history.readers.flatMap((reader) => {
    const findings =
      reader.conversationId === null ? judgeInbox(reader, history) : judgeConversation(reader, history);
    return [...findings, ...judgeEnds(reader, history)].map((finding) => `${reader.name}: ${finding}`);
  });
}

/** The lanes of an inbox are the partitions; a conversation has one. What is to come in a lane, and how much of it has. */
interface Lane {
  readonly lane: number;
  readonly expected: readonly ChatEvent[];
  numberOf(event: ChatEvent): number;
  taken: number;
}

function judgeConversation(reader: ReaderHistory, history: History): string[] {
  const expected = history.tables.eventsOf.get(reader.conversationId ?? '') ?? [];
  const lane: Lane = { lane: 0, expected, numberOf: ({ eventSeq }) => eventSeq, taken: 0 };
  const findings = follow(reader, history, [lane]);
  return [...findings, ...judgeAccess(reader, history)];
}

function judgeInbox(reader: ReaderHistory, history: History): string[] {
  const { tables } = history;
  const periods = tables.periods.filter(({ userId }) => userId === reader.viewerId);
  const lanes = tables.partitions.map(({ events }, lane): Lane => {
    const expected = events.filter((event) => periods.some((period) => isWithin(event, period)));
    return { lane, expected, numberOf: ({ logSeq }) => logSeq, taken: 0 };
  });
  const findings = follow(reader, history, lanes);
  if (reader.sessions.at(-1)?.end !== null) return findings;
  for (const { lane, expected, taken } of lanes) {
    if (taken < expected.length)
      findings.push(`saw nothing of event ${expected[taken]?.logSeq} of partition ${lane}`);
  }
  return findings;
}

function isWithin({ conversationId, logSeq }: ChatEvent, period: Period): boolean {
  return (
    period.conversationId === conversationId &&
    period.joinedLogSeq <= logSeq &&
    logSeq <= (period.left?.logSeq ?? Number.POSITIVE_INFINITY)
  );
}

/** Goes through all sessions as one run, which begins anew after a ResyncRequired. */
function follow({ sessions }: ReaderHistory, history: History, lanes: readonly Lane[]): string[] {
  const findings: string[] = [];
  let cursor: Cursor | null = null;
  for (const { arrivals } of sessions) {
    let caughtUps = 0;
    for (const { item, wasStored } of arrivals) {
      if (item.kind === 'resyncRequired') {
        const problem = doubt(item.reason, { cursor, lanes, history });
        if (problem !== null) findings.push(problem);
        cursor = null;
        continue;
      }
      if (item.kind === 'caughtUp') caughtUps += 1;
      if (item.kind === 'event') {
        const problem =
          cursor === null ? 'an event before the start is known' : takeEvent(item.event, { lanes, history });
        if (problem !== null) findings.push(problem);
        if (!wasStored) findings.push(`saw event ${item.event.logSeq} before it was stored`);
      } else if (cursor === null) begin(lanes, item);
      if (cursor !== null && cursor.logEpoch !== item.logEpoch)
        findings.push('went on from one log to another');
      cursor = item;
      for (const lane of lanes) {
        if (isAhead(lane, item))
          findings.push(`a cursor of lane ${lane.lane} stands behind what was not delivered`);
      }
    }
    if (caughtUps > 1) findings.push('caught up twice in one session');
  }
  return findings;
}

/** From a position on: what comes before is the reader's history, not its stream. */
function begin(lanes: readonly Lane[], { position }: Cursor): void {
  for (const lane of lanes) {
    const from = position.get(lane.lane) ?? 0;
    const first = lane.expected.findIndex((event) => lane.numberOf(event) > from);
    lane.taken = first === -1 ? lane.expected.length : first;
  }
}

function takeEvent(
  event: ChatEvent,
  { lanes, history }: { readonly lanes: readonly Lane[]; readonly history: History },
): string | null {
  const lane = lanes.length === 1 ? lanes[0] : lanes[event.partition];
  const next = lane?.expected[lane.taken];
  if (lane === undefined || next?.logSeq !== event.logSeq || next.partition !== event.partition) {
    return `saw event ${event.logSeq} of partition ${event.partition} where ${next?.logSeq} comes next`;
  }
  lane.taken += 1;
  return isStored(history.tables, event) ? null : `saw an event ${event.logSeq} that is not the stored one`;
}

/** Whether somebody who resumes from the cursor would miss something. */
function isAhead({ lane, expected, taken, numberOf }: Lane, { position }: Cursor): boolean {
  const next = expected[taken];
  return next !== undefined && numberOf(next) <= (position.get(lane) ?? 0);
}

/** Why the reason of a ResyncRequired does not hold, or null. */
function doubt(
  reason: string,
  { cursor, lanes, history }: { cursor: Cursor | null; lanes: readonly Lane[]; history: History },
): string | null {
  switch (reason) {
    case 'LOG_REPLACED':
      return history.isLogReplaced ? null : 'was told of a new log, and it is the same';
    case 'CURSOR_EXPIRED':
      return cursor !== null && isExpired(cursor, lanes, history.tables)
        ? null
        : 'was told that a good cursor is too old';
    case 'TOO_FAR_BEHIND':
      return history.areEventsDropped ? null : 'was told to be too far behind, and everything is kept';
    default:
      return `was told to resync because of ${reason}`;
  }
}

function isExpired({ position }: Cursor, lanes: readonly Lane[], tables: StoreTables): boolean {
  const [only] = lanes;
  if (lanes.length === 1 && only !== undefined) {
    const conversationId = only.expected[0]?.conversationId ?? '';
    return (position.get(0) ?? 0) < tables.firstEventSeq(conversationId) - 1;
  }
  return tables.partitions.some(
    ({ firstLogSeq }, partition) => (position.get(partition) ?? 0) < firstLogSeq - 1,
  );
}

/** Nothing that happened after the reader had left, as of when it came. */
function judgeAccess({ viewerId, sessions }: ReaderHistory, { tables }: History): string[] {
  const findings: string[] = [];
  for (const { item, atMs } of sessions.flatMap(({ arrivals }) => arrivals)) {
    if (item.kind !== 'event') continue;
    const { event } = item;
    const mayBeSeen = findPeriods(tables, viewerId, event.conversationId).some(
      ({ joinedAtMs, leftAtMs, leftEventSeq }) =>
        joinedAtMs <= atMs && (leftAtMs > atMs || event.eventSeq <= leftEventSeq),
    );
    if (!mayBeSeen) findings.push(`saw event ${event.eventSeq} of the time after leaving`);
  }
  return findings;
}

interface TimedPeriod {
  readonly joinedAtMs: number;
  readonly leftAtMs: number;
  readonly leftEventSeq: number;
}

function findPeriods(tables: StoreTables, viewerId: string, conversationId: string): TimedPeriod[] {
  const own = tables.periods.filter(
    (period) => period.userId === viewerId && period.conversationId === conversationId,
  );
  const atMs = (eventSeq: number) => tables.eventsOf.get(conversationId)?.[eventSeq - 1]?.occurredAtMs ?? 0;
  return own.map(({ joinedEventSeq, left }) => ({
    joinedAtMs: atMs(joinedEventSeq),
    leftAtMs: left === null ? Number.POSITIVE_INFINITY : atMs(left.eventSeq),
    leftEventSeq: left?.eventSeq ?? Number.POSITIVE_INFINITY,
  }));
}

const passingCodes: ReadonlySet<string> = new Set(['CONNECTION_LOST', 'SERVICE_UNAVAILABLE']);

/** A stream ends with a resync, because it could not be served for a while, or because the reader is not a member. */
function judgeEnds({ viewerId, conversationId, sessions }: ReaderHistory, { tables }: History): string[] {
  return sessions.flatMap((session: Session) => {
    const { end, openedAtMs, arrivals } = session;
    if (end === null || passingCodes.has(end.code ?? '')) return [];
    const last: Arrival | undefined = arrivals.at(-1);
    if (end.code === null)
      return last?.item.kind === 'resyncRequired' ? [] : ['its stream ended without a word'];
    if (end.code !== 'FORBIDDEN' || conversationId === null) return [`its stream ended with ${end.code}`];
    const wasMember = findPeriods(tables, viewerId, conversationId).some(
      ({ joinedAtMs, leftAtMs }) => joinedAtMs < openedAtMs && leftAtMs > end.atMs,
    );
    return wasMember ? ['was shut out and is a member'] : [];
  });
}
