/**
 * Everybody at work during a fault run: writers, live readers, history readers, guests, outsiders. What they see is the history. Started and
 * brought to rest by the runner (run-faults.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { readHistory } from '#tests/harness/conversations.ts';
import type { History } from './history.ts';
import type { Population } from './population.ts';
import type { Random } from './random.ts';
import type { Reader } from './readers.ts';
import { followGuest, followInbox, followRoom } from './readers.ts';
import { hostGuest, lurk, readPages, signOutAndIn } from './watchers.ts';
import { createSend, sendUntilAnswered, write } from './writers.ts';

export interface WorkloadOptions {
  readonly population: Population;
  readonly gatewayUrls: readonly string[];
  readonly history: History;
  readonly random: Random;
  /** Messages a second that the writers aim at together. */
  readonly messagesPerSecond: number;
}

export interface Workload {
  /** No new messages; resolves when everybody has come to rest and history is read whole. */
  settle(): Promise<void>;
  /** Ends at once, for a run that has failed. */
  abandon(): void;
  readonly resumes: number;
  /** By conversation, the highest seq that was answered as stored. */
  readonly storedSeqs: Map<string, number>;
}

/** Enough that those who wait for something broken do not hold up the rest. */
const writersCount = 64;
/** Mean of what writers.ts makes of its batches. */
const batchMean = 3.1;
const dropEveryMs = 4_000;
/** After everything is healed. */
const restMs = 30_000;
const pollMs = 100;
/** Enough for readers that have just dropped to be back. */
const quietMs = 5_000;

/** Starts everybody. Readers are there before the first message. */
export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { population, history } = options;
  const stopWriting = new AbortController();
  const stopDropping = new AbortController();
  const storedSeqs = new Map<string, number>();
  const onStored = (conversation: string, seq: number) =>
    void storedSeqs.set(conversation, Math.max(seq, storedSeqs.get(conversation) ?? 0));
  const readers = openReaders(options, stopDropping.signal);
  await delay(2_000);
  const working = [
    ...startWriters(options, { stop: stopWriting.signal, onStored }),
    ...startWatchers(options, { stop: stopWriting.signal, storedSeqs }),
  ];
  return {
    storedSeqs,
    get resumes() {
      return readers.reduce((sum, { reader }) => sum + reader.resumes, 0);
    },
    abandon() {
      stopWriting.abort();
      stopDropping.abort();
      for (const { reader } of readers) void reader[Symbol.asyncDispose]();
    },
    async settle() {
      stopWriting.abort();
      await Promise.all(working);
      stopDropping.abort();
      await delay(quietMs);
      await sendLast(options);
      const [url = ''] = options.gatewayUrls;
      for (const { id, members } of population.conversations) {
        const [member] = members;
        if (member !== undefined) history.final.set(id, await readHistory(url, member, id));
      }
      await untilRead(readers, history);
      await Promise.all(readers.map(({ reader }) => reader[Symbol.asyncDispose]()));
    },
  };
}

interface Following {
  readonly reader: Reader;
  readonly conversations: readonly string[];
}

/** Of every person the inbox or the hot conversation, of some both; every other one is slow now and then. */
function openReaders(options: WorkloadOptions, signal: AbortSignal): Following[] {
  const { population, gatewayUrls, history, random } = options;
  const common = { gatewayUrls, history, dropEveryMs, signal };
  const [hot, ...others] = population.conversations;
  const inboxes = population.people.slice(0, 4).map((person, index): Following => {
    const conversations = population.conversations
      .filter(({ members }) => members.includes(person))
      .map(({ id }) => id);
    const name = `inbox of ${person.handle}`;
    const reader = { ...common, name, person, random: random.fork(), isSlow: index % 2 === 1 };
    return { reader: followInbox(reader, conversations), conversations };
  });
  const rooms = [hot, hot, hot, hot, ...others.slice(0, 8)].flatMap((room, index): Following[] => {
    const person = room?.members[index % (room.members.length || 1)];
    if (room === undefined || person === undefined) return [];
    const name = `reader ${index}`;
    const reader = { ...common, name, person, random: random.fork(), isSlow: index % 3 === 2 };
    return [{ reader: followRoom(reader, room.id), conversations: [room.id] }];
  });
  const guests = population.guests.map((person): Following => {
    const name = `guest ${person.handle}`;
    const reader = { ...common, name, person, random: random.fork(), isSlow: false };
    return { reader: followGuest(reader), conversations: [] };
  });
  return [...inboxes, ...rooms, ...guests];
}

function startWriters(
  { population, gatewayUrls, history, random, messagesPerSecond }: WorkloadOptions,
  { stop, onStored }: { stop: AbortSignal; onStored: (conversation: string, seq: number) => void },
): Promise<void>[] {
  const requestsPerSecond = messagesPerSecond / batchMean;
  return Array.from({ length: writersCount }, (_, index) => {
    const person = population.people[index % population.people.length];
    if (person === undefined) throw new Error('there is nobody to write');
    const own = random.fork();
    const pauseMs = () => ((1_000 * writersCount) / requestsPerSecond) * 2 * own.next();
    const name = `writer ${index}`;
    return write({
      name,
      person,
      population,
      gatewayUrls,
      history,
      random: own,
      pauseMs,
      stop,
      onStored,
    });
  });
}

function startWatchers(
  { population, gatewayUrls, history, random }: WorkloadOptions,
  { stop, storedSeqs }: { stop: AbortSignal; storedSeqs: ReadonlyMap<string, number> },
): Promise<void>[] {
  const common = () => ({ population, gatewayUrls, history, random: random.fork(), stop });
  return [
    readPages(common(), storedSeqs),
    readPages(common(), storedSeqs),
    ...population.guests.map((guest) => hostGuest(common(), guest)),
    signOutAndIn(common()),
    ...population.outsiders.map((outsider) => lurk(common(), outsider)),
  ];
}

/** One more message to each conversation, which no reader can owe to a reconnect. */
async function sendLast({ population, gatewayUrls, history, random }: WorkloadOptions): Promise<void> {
  const name = 'last';
  const onStored = () => undefined;
  const sends = population.conversations.map(async (room) => {
    const [person] = room.members;
    if (person === undefined) throw new Error('a conversation without members');
    const send = createSend({ name, history }, room, 'the last one');
    await sendUntilAnswered({ name, person, gatewayUrls, history, random, onStored }, [send], 'STORED');
  });
  await Promise.all(sends);
}

/** Who is still behind after that stays so, and the checker says it. */
async function untilRead(readers: readonly Following[], { final }: History): Promise<void> {
  const isBehind = () =>
    readers.some(({ reader, conversations }) =>
      conversations.some((id) => reader.lastSeq(id) < (final.get(id)?.length ?? 0)),
    );
  for (const giveUpAt = performance.now() + restMs; isBehind() && performance.now() < giveUpAt; )
    await delay(pollMs);
  // What comes twice comes after the last one.
  await delay(pollMs * 5);
}
