/**
 * Time from the subscription to InboxCaughtUp for somebody who comes back to many conversations and many missed events, with the sender of each
 * message resolved. Called by bench/run.ts.
 */
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import { openStream } from '#tests/harness/client.ts';
import { createGroup, inboxEventsDocument } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { perRound, readCpuMs } from '../cpu-time.ts';

export interface InboxResumeResult {
  readonly conversations: number;
  readonly missedEvents: number;
  /** Milliseconds of each resume, in the order in which they were made; the first meets cold caches. */
  readonly resumeMs: readonly number[];
  readonly eventsPerSecond: number;
  /** CPU time that one resume takes of each process. */
  readonly cpuMs: Readonly<Record<string, number>>;
}

const senders = 10;
const createdAtATime = 10;
const waitMs = 120_000;

/** Somebody misses `events` events in `conversations` conversations, then comes back `rounds` times from the same cursor. */
export async function measureInboxResume(
  network: Network,
  options: { conversations: number; events: number; rounds: number },
): Promise<InboxResumeResult> {
  const { gatewayUrl: url } = network;
  const reader = await signUp(network, 'Reader');
  const people = await Promise.all(Array.from({ length: senders }, () => signUp(network, 'Sender')));
  const rooms: { id: string; sender: (typeof people)[number] }[] = [];
  while (rooms.length < options.conversations) {
    const some = people.slice(0, Math.min(createdAtATime, options.conversations - rooms.length));
    const made = some.map(async (sender) => ({ id: await createGroup(url, sender, [reader]), sender }));
    rooms.push(...(await Promise.all(made)));
  }
  const resume = (after: string | null) =>
    openStream({
      urls: [url],
      document: inboxEventsDocument,
      variables: { after },
      token: () => reader.accessToken,
    });
  const untilCaughtUp = (stream: ReturnType<typeof resume>) =>
    stream.waitFor('InboxCaughtUp', (items) => items.at(-1)?.__typename === 'InboxCaughtUp', waitMs);
  let cursor: string | null = null;
  {
    await using stream = resume(null);
    await untilCaughtUp(stream);
    cursor = stream.items.at(-1)?.cursor ?? null;
    for (const sender of people) {
      const ids = rooms.filter((room) => room.sender === sender).map(({ id }) => id);
      const count = Math.round((options.events * ids.length) / rooms.length);
      const messages = Array.from({ length: count }, (_, n) => ({
        conversationId: ids[n % ids.length] ?? '',
        text: `message ${n} of a conversation that went on`,
      }));
      await sendInBulk([url], sender, messages);
    }
    await stream.waitFor('everything to be stored', (items) => items.length > options.events, waitMs);
  }
  const cpuBefore = readCpuMs(network);
  const resumeMs: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const start = performance.now();
    await using stream = resume(cursor);
    await untilCaughtUp(stream);
    resumeMs.push(Math.round(performance.now() - start));
    if (stream.items.length !== options.events + 1)
      throw new Error(`${stream.items.length - 1} of ${options.events} events came`);
  }
  const best = Math.min(...resumeMs);
  return {
    conversations: options.conversations,
    missedEvents: options.events,
    resumeMs,
    eventsPerSecond: Math.round((options.events * 1_000) / best),
    cpuMs: perRound(cpuBefore, readCpuMs(network), options.rounds),
  };
}
