/**
 * G5: a stream resumed at any position on any copy goes on with the next event, whole and in order. Thousands of resumes at random positions under traffic,
 * while the copies of chat are stopped for moments, so that some lag behind the cursors that others gave out. RESUME_SEED repeats the choices of a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'graphql-ws';
import { formatEventCursor, parseEventCursor } from '#schema/cursors.ts';
import type { Random } from '#tests/faults/random.ts';
import { createRandom } from '#tests/faults/random.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import { createGroup } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import type { Resume } from './resumer.ts';
import { openSocket, resume, runAtATime } from './resumer.ts';
import type { SeenEvent } from './truth.ts';
import { Truth } from './truth.ts';

const seed = Number(process.env.RESUME_SEED ?? Date.now() % 2 ** 32);
const resumes = 10_000;
const conversationCount = 8;
const socketsPerGateway = 2;
/** Below the 50 that a socket may run. */
const operationsPerSocket = 30;
/** What the store reads at a time. */
const pageEvents = 300;
const longPast = 2 * pageEvents + 20;
const shortPast = 30;

interface Traffic {
  readonly network: Network;
  readonly sender: Account;
  readonly conversationIds: readonly string[];
  readonly random: Random;
}

/** Sends to all conversations and stops copies of chat for moments, until it is aborted. */
async function makeTraffic(
  { network, sender, conversationIds, random }: Traffic,
  signal: AbortSignal,
): Promise<void> {
  const traffic = async () => {
    for (let round = 0; !signal.aborted; round += 1) {
      const url = network.gatewayUrls[round % network.gatewayUrls.length] ?? '';
      const messages = conversationIds.map((conversationId) => ({ conversationId, text: `live ${round}` }));
      await sendInBulk([url], sender, messages);
      await delay(150);
    }
  };
  const stutter = async () => {
    while (!signal.aborted) {
      const copy = network.processes.get(random.pick(['chat-1', 'chat-2']));
      copy?.kill('SIGSTOP');
      await delay(random.between(200, 600));
      copy?.kill('SIGCONT');
      await delay(random.between(1_000, 3_000));
    }
  };
  await Promise.all([traffic(), stutter()]);
}

/** What two streams must agree on, whatever else they selected. */
function shape(event: SeenEvent | undefined): string {
  const { seq, text } = event?.message ?? {};
  return JSON.stringify([event?.__typename, event?.cursor, event?.eventSeq, seq, text]);
}

/** Mostly near the end, where clients come back; now and then anywhere, at 0, at the very last event and around the ends of pages. */
function pickDistance(random: Random, top: number): number {
  const far = [top, 0, pageEvents - 1, pageEvents, pageEvents + 1, 2 * pageEvents, random.between(0, top)];
  return Math.min(top, random.happens(0.015) ? random.pick(far) : random.between(0, 8));
}

function planConversation(truth: Truth, conversationId: string, random: Random): Resume {
  const events = truth.events(conversationId);
  const top = events.length;
  const seen = top - pickDistance(random, top);
  const position = parseEventCursor(events[0]?.cursor ?? '');
  assert.ok(position !== null);
  return {
    conversationId,
    cursor: events[seen - 1]?.cursor ?? formatEventCursor({ ...position, eventSeq: 0 }),
    seen: new Map([[conversationId, seen]]),
    top: new Map([[conversationId, top]]),
    until: { kind: 'live', events: random.between(1, 2) },
    withSender: random.happens(0.1),
  };
}

function planInbox(truth: Truth, random: Random): Resume {
  const points = truth.points();
  const point = points[points.length - 1 - pickDistance(random, points.length - 1)];
  assert.ok(point !== undefined);
  return {
    conversationId: null,
    cursor: point.cursor,
    seen: point.lastSeqs,
    top: points.at(-1)?.lastSeqs ?? new Map(),
    until: { kind: 'live', events: random.between(1, 4) },
    withSender: true,
  };
}

test(`${resumes} resumes at random positions under traffic: no hole, no repeat, every event as it was`, async (t) => {
  t.diagnostic(`RESUME_SEED=${seed}`);
  const random = createRandom(seed);
  await using network = await startNetwork({
    name: 'resumes',
    copies: { gateway: 2, chat: 2, storage: 2 },
    environment: { SOCKET_MESSAGES_PER_SECOND_MAX: '100000' },
  });
  const { gatewayUrls: urls, gatewayUrl: url } = network;
  const [sender, reader] = await Promise.all([signUp(network, 'Sender'), signUp(network, 'Reader')]);
  await using truth = new Truth(urls, reader, { isWhole: true });
  await truth.started();
  // The reader starts them, so that the inbox has them from their first event on.
  const ids: string[] = [];
  while (ids.length < conversationCount) ids.push(await createGroup(url, reader, [sender]));
  const past = ids.flatMap((conversationId, index) =>
    Array.from({ length: index === 0 ? longPast : shortPast }, (_, n) => ({
      conversationId,
      text: `past ${n}`,
    })),
  );
  await sendInBulk(urls, sender, past);
  await truth.waitForCount(past.length + 2 * ids.length);

  const clients: Client[] = [];
  await using closing = new AsyncDisposableStack();
  for (const gateway of urls)
    for (let n = 0; n < socketsPerGateway; n += 1) {
      const client = openSocket(gateway, reader);
      closing.defer(() => client.dispose());
      clients.push(client);
    }
  const over = new AbortController();
  const traffic = makeTraffic({ network, sender, conversationIds: ids, random: random.fork() }, over.signal);
  const startedAt = performance.now();
  const received: SeenEvent[] = [];
  const faults: string[] = [];
  let reconnects = 0;
  const resuming = runAtATime(clients.length * operationsPerSocket, resumes, async ({ worker }) => {
    const isInbox = random.happens(0.05);
    const plan = isInbox ? planInbox(truth, random) : planConversation(truth, random.pick(ids), random);
    const client = clients[worker % clients.length];
    assert.ok(client !== undefined);
    const result = await resume(client, plan);
    received.push(...result.events);
    reconnects += result.reconnects;
    faults.push(
      ...result.faults.map((fault) => `${plan.conversationId ?? 'inbox'} ${plan.cursor}: ${fault}`),
    );
  });
  await Promise.race([resuming, traffic]);
  const seconds = (performance.now() - startedAt) / 1_000;
  over.abort();
  await traffic;
  t.diagnostic(
    `${resumes} resumes, ${received.length} events, ${reconnects} reconnects in ${seconds.toFixed(1)} s`,
  );
  t.diagnostic(JSON.stringify(network.memory()));

  assert.deepEqual(faults.slice(0, 10), [], `${faults.length} faults`);
  // The reader of the truth may be behind the last of them.
  const newest = new Map<string, number>();
  for (const { conversation, eventSeq } of received)
    newest.set(conversation.id, Math.max(eventSeq, newest.get(conversation.id) ?? 0));
  for (const [id, eventSeq] of newest) await truth.waitFor(id, eventSeq);
  for (const id of ids) await truth.checkHistory(url, reader, id);
  const differing = received.filter(
    (event) => shape(event) !== shape(truth.events(event.conversation.id)[event.eventSeq - 1]),
  );
  assert.deepEqual(differing.slice(0, 5), []);
});
