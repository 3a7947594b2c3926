/**
 * G5, G12: what becomes of a cursor that is not simply the last one: each kind has its designed answer on both streams and the query, no mutation of
 * one crashes anything or shows an event that its holder may not see, and an inbox goes on after thousands of missed events.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { Client } from 'graphql-ws';
import { formatEventCursor, formatInboxCursor, parseEventCursor, parseInboxCursor } from '#schema/cursors.ts';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import { requestData } from '#tests/harness/client.ts';
import { createGroup, followConversation, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { findFailures } from '#tests/harness/process-logs.ts';
import { probeQuery, probeStream } from './probe.ts';
import { openSocket, resume, runAtATime } from './resumer.ts';
import { Truth } from './truth.ts';

let network: Network;
let url: string;
let ada: Account;
let linus: Account;
let mallory: Account;
let clients: AsyncDisposableStack;
const sockets = new Map<Account, Client>();
/** `mine` is of all three, `secret` of Ada alone, `left` was left by Linus. */
const ids = { mine: '', secret: '', left: '' };
const cursors = { mine: '', secret: '', left: '', inbox: '' };

before(async () => {
  network = await startNetwork({
    name: 'cursors',
    copies: { gateway: 2, chat: 2, storage: 2 },
    environment: { SOCKET_MESSAGES_PER_SECOND_MAX: '10000' },
  });
  url = network.gatewayUrl;
  [ada, linus, mallory] = await Promise.all([
    signUp(network, 'Ada'),
    signUp(network, 'Linus'),
    signUp(network, 'Mallory'),
  ]);
  ids.mine = await createGroup(url, ada, [linus, mallory]);
  ids.secret = await createGroup(url, ada, []);
  ids.left = await createGroup(url, ada, [linus]);
  clients = new AsyncDisposableStack();
  for (const [index, account] of [ada, linus, mallory].entries()) {
    const client = openSocket(network.gatewayUrls[index % 2] ?? '', account);
    clients.defer(() => client.dispose());
    sockets.set(account, client);
  }
  await using truth = new Truth([url], linus, { isWhole: false });
  await truth.started();
  for (const key of ['mine', 'secret', 'left'] as const)
    cursors[key] = (await sendMessage(url, ada, { conversationId: ids[key], text: key })).cursor ?? '';
  await truth.waitForCount(2);
  cursors.inbox = truth.points().at(-1)?.cursor ?? '';
  await requestData(url, 'mutation($id: ID!) { leaveConversation(conversationId: $id) { __typename } }', {
    variables: { id: ids.left },
    token: linus.accessToken,
  });
  for (const conversationId of Object.values(ids))
    await sendMessage(url, ada, { conversationId, text: 'later' });
});
after(async () => {
  await clients[Symbol.asyncDispose]();
  const failures = findFailures(network);
  await network[Symbol.asyncDispose]();
  assert.deepEqual(failures, []);
});

function socketOf(account: Account): Client {
  const client = sockets.get(account);
  assert.ok(client !== undefined);
  return client;
}

function changeEvent(cursor: string, change: { logEpoch?: string; eventSeq?: number }): string {
  const position = parseEventCursor(cursor);
  assert.ok(position !== null);
  return formatEventCursor({ ...position, ...change });
}

function changeInbox(change: { logEpoch?: string; logSeqs?: [number, number][] }): string {
  const position = parseInboxCursor(cursors.inbox);
  assert.ok(position !== null);
  const logSeqs = new Map([...position.logSeqs, ...(change.logSeqs ?? [])]);
  return formatInboxCursor({ logEpoch: change.logEpoch ?? position.logEpoch, logSeqs });
}

test('every kind of cursor has its answer on the stream and the query of a conversation', async () => {
  const replaced = 'ResyncRequired LOG_REPLACED';
  const table: [name: string, conversationId: string, cursor: string, stream: string, query: string][] = [
    ['its own', ids.mine, cursors.mine, 'CaughtUp', 'CaughtUp'],
    ['position 0', ids.mine, changeEvent(cursors.mine, { eventSeq: 0 }), 'CaughtUp', 'CaughtUp'],
    ['nothing', ids.mine, '', 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['garbage', ids.mine, 'garbage', 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['no base64url', ids.mine, `${cursors.mine}=`, 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['cut short', ids.mine, cursors.mine.slice(0, -2), 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['too long', ids.mine, cursors.mine.repeat(20), 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['of the inbox', ids.mine, cursors.inbox, 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['of another conversation', ids.mine, cursors.secret, 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['below 0', ids.mine, changeEvent(cursors.mine, { eventSeq: -1 }), 'BAD_USER_INPUT', 'BAD_USER_INPUT'],
    [
      'of another log',
      ids.mine,
      changeEvent(cursors.mine, { logEpoch: '0123456789abcdef' }),
      replaced,
      'STALE',
    ],
    ['beyond the end', ids.mine, changeEvent(cursors.mine, { eventSeq: 10_000 }), replaced, 'STALE'],
    ['where he never was', ids.secret, cursors.secret, 'FORBIDDEN', 'FORBIDDEN'],
    ['where he was', ids.left, cursors.left, 'FORBIDDEN', 'FORBIDDEN'],
  ];
  for (const [name, conversationId, cursor, stream, query] of table) {
    const seen = await probeStream(socketOf(linus), { conversationId, after: cursor });
    assert.equal(seen.word, stream, `${name}, on the stream`);
    assert.equal(seen.events.length > 0, stream === 'CaughtUp', `${name}, on the stream`);
    const page = await probeQuery(url, linus, { conversationId, after: cursor });
    assert.equal(page.word, query, `${name}, on the query`);
  }
});

test('every kind of cursor has its answer on the inbox', async () => {
  const table: [name: string, cursor: string, word: string][] = [
    ['its own', cursors.inbox, 'CaughtUp'],
    ['garbage', 'garbage', 'BAD_USER_INPUT'],
    ['cut short', cursors.inbox.slice(0, -2), 'BAD_USER_INPUT'],
    ['of a conversation', cursors.mine, 'BAD_USER_INPUT'],
    ['of another log', changeInbox({ logEpoch: '0123456789abcdef' }), 'ResyncRequired LOG_REPLACED'],
    ['beyond the end', changeInbox({ logSeqs: [[0, 1_000_000]] }), 'ResyncRequired LOG_REPLACED'],
    ['of a partition that is none', changeInbox({ logSeqs: [[4_000, 1]] }), 'ResyncRequired LOG_REPLACED'],
  ];
  for (const [name, after, word] of table)
    assert.equal((await probeStream(socketOf(linus), { after })).word, word, name);
});

const words =
  /^(CaughtUp|BAD_USER_INPUT|FORBIDDEN|STALE|ResyncRequired (LOG_REPLACED|CURSOR_EXPIRED|TOO_FAR_BEHIND))$/;

/** Bits flipped, bytes dropped, put in and repeated. */
function mutate(cursor: string, edits: readonly { at: number; kind: number; byte: number }[]): string {
  const bytes = [...Buffer.from(cursor, 'base64url')];
  for (const { at, kind, byte } of edits) {
    const index = at % (bytes.length + 1);
    if (kind === 0) bytes.splice(index, 1, (bytes[index] ?? 0) ^ (1 << (byte % 8)));
    if (kind === 1) bytes.splice(index, 1);
    if (kind === 2) bytes.splice(index, 0, byte);
    if (kind === 3) bytes.splice(index, 0, ...bytes.slice(index, index + byte));
  }
  return Buffer.from(bytes).toString('base64url');
}

test('no mutated cursor breaks anything or shows what its holder may not see', async () => {
  const pids = [...network.processes].map(([name, process]) => [name, process.pid()]);
  const edit = fc.record({ at: fc.nat(100), kind: fc.nat(3), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('mine', 'secret', 'left', 'inbox'),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      async (key, edits) => {
        const cursor = mutate(cursors[key], edits);
        const answers = await Promise.all([
          ...Object.values(ids).flatMap((conversationId) => [
            probeStream(socketOf(mallory), { conversationId, after: cursor }),
            probeQuery(url, mallory, { conversationId, after: cursor }),
          ]),
          probeStream(socketOf(mallory), { after: cursor }),
        ]);
        for (const { word, events } of answers) {
          assert.match(word, words);
          assert.deepEqual(
            events.filter(({ conversation }) => conversation.id !== ids.mine),
            [],
          );
        }
      },
    ),
    { numRuns: 150 },
  );
  assert.deepEqual(
    [...network.processes].map(([name, process]) => [name, process.pid()]),
    pids,
  );
  await using stream = followConversation([url], mallory, { conversationId: ids.mine, after: cursors.mine });
  await stream.waitFor('CaughtUp', (items) => items.at(-1)?.__typename === 'CaughtUp');
});

test('an inbox of 200 conversations is complete and in order after 4,000 missed events', async (t) => {
  const reader = await signUp(network, 'Reader');
  const rooms: string[] = [];
  await runAtATime(8, 200, async () => {
    rooms.push(await createGroup(url, reader, [ada]));
  });
  const client = openSocket(url, reader);
  clients.defer(() => client.dispose());
  await using truth = new Truth([url], reader, { isWhole: false });
  await truth.started();
  const from = truth.startCursor();
  const messages = Array.from({ length: 4_000 }, (_, n) => ({
    conversationId: rooms[n % rooms.length] ?? '',
    text: `message ${n}`,
  }));
  await sendInBulk(network.gatewayUrls, ada, messages);
  await truth.waitForCount(messages.length);
  const startedAt = performance.now();
  const { events, faults } = await resume(client, {
    conversationId: null,
    cursor: from,
    // The reader and Ada have joined.
    seen: new Map(rooms.map((id) => [id, 2])),
    top: new Map(rooms.map((id) => [id, 2 + messages.length / rooms.length])),
    until: { kind: 'any', events: messages.length },
    withSender: true,
  });
  t.diagnostic(`${events.length} events in ${Math.round(performance.now() - startedAt)} ms`);
  assert.deepEqual(faults, []);
  const texts = events.map(({ message }) => message?.text).sort();
  assert.deepEqual(texts, messages.map(({ text }) => text).sort());
});
