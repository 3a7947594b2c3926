/**
 * Retention as a client meets it: after the store has dropped old events, a cursor from before them is told to resync on both streams
 * and STALE on the query, one at the boundary goes on, and history and live streams are as they were.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import type { Stream, StreamItem } from '#tests/harness/client.ts';
import { errorCode, openStream, request } from '#tests/harness/client.ts';
import {
  createGroup,
  followConversation,
  inboxEventsDocument,
  messagesOf,
  readHistory,
  sendMessage,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

const weekMs = 7 * 24 * 60 * 60 * 1000;
const droppedMs = 30_000;
let network: Network;

before(async () => {
  network = await startNetwork({ name: 'expired', environment: { EVENT_RETENTION_DAYS: '7' } });
});
after(() => network[Symbol.asyncDispose]());

function openInbox(viewer: Account, after: string | null): Stream {
  return openStream({
    urls: network.gatewayUrls,
    document: inboxEventsDocument,
    variables: { after },
    token: () => viewer.accessToken,
    reconnect: false,
  });
}

/** Cursor and text of each message the inbox stream delivered. */
function inboxMessages({ items }: Stream): { cursor: string; text: string }[] {
  return items.flatMap(({ cursor = '', event }) => {
    const { message } = (event ?? {}) as { message?: { text: string } };
    return message === undefined ? [] : [{ cursor, text: message.text }];
  });
}

/** As if the first `count` messages had been logged long ago, with a table for their week; then a store that starts drops it. */
async function dropEvents(conversationId: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: network.storageDatabaseUrl });
  await client.connect();
  try {
    const week = Math.floor(Date.now() / weekMs) - 4;
    await client.query(`CREATE TABLE conversation_event_week_${week} PARTITION OF conversation_event
      FOR VALUES FROM (${week * weekMs}) TO (${(week + 1) * weekMs})`);
    const { rows } = await client.query<{ partition: number; log_seq: string }>(
      `SELECT e.partition, e.log_seq FROM message m JOIN conversation_event e USING (conversation_id, event_seq)
        WHERE m.conversation_id = $1 AND m.seq = $2`,
      [conversationId, count],
    );
    const [last] = rows;
    assert.ok(last !== undefined);
    await client.query(
      'UPDATE conversation_event SET logged_at_ms = $3 WHERE partition = $1 AND log_seq <= $2',
      [last.partition, last.log_seq, week * weekMs],
    );
    await network.kill('store');
    const giveUpAt = Date.now() + droppedMs;
    for (let first = '0'; Number(first) !== Number(last.log_seq) + 1; ) {
      assert.ok(Date.now() < giveUpAt, `the store did not drop them, first_log_seq is ${first}`);
      const log = await client.query<{ first_log_seq: string }>(
        'SELECT first_log_seq FROM partition_log WHERE partition = $1',
        [last.partition],
      );
      first = log.rows[0]?.first_log_seq ?? '0';
    }
  } finally {
    await client.end();
  }
}

async function pageEvents(viewer: Account, conversationId: string, after: string | null) {
  return request<{ conversationEvents: { edges: { node: StreamItem & { message?: { text: string } } }[] } }>(
    network.gatewayUrl,
    `query($id: ID!, $after: EventCursor) { conversationEvents(conversationId: $id, after: $after, first: 100) {
      edges { node { __typename ... on MessageCreated { message { text } } } } } }`,
    { variables: { id: conversationId, after }, token: viewer.accessToken },
  );
}

test('cursors from before the dropped events are expired, those at the boundary and live streams go on', async () => {
  const { gatewayUrl: url, gatewayUrls: urls } = network;
  const [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  const conversationId = await createGroup(url, ada, [linus]);
  await using live = followConversation(urls, linus, { conversationId });
  await using inbox = openInbox(linus, null);
  for (const stream of [live, inbox]) await stream.waitFor('caught up', (items) => items.length > 0);
  const texts = ['1', '2', '3', '4', '5'];
  for (const text of texts) await sendMessage(url, ada, { conversationId, text });
  await live.waitFor('all', () => messagesOf(live).length === 5);
  await inbox.waitFor('all', () => inboxMessages(inbox).length === 5);
  const cursors = live.items.flatMap(({ __typename, cursor }) =>
    __typename === 'MessageCreated' && cursor !== undefined ? [cursor] : [],
  );
  const [, before, boundary] = cursors;
  const [, inboxBefore, inboxBoundary] = inboxMessages(inbox);
  assert.ok(before !== undefined && boundary !== undefined);
  await dropEvents(conversationId, 3);

  const expired = { __typename: 'ResyncRequired', reason: 'CURSOR_EXPIRED' };
  await using late = followConversation(urls, linus, { conversationId, after: before, reconnect: false });
  await using lateInbox = openInbox(linus, inboxBefore?.cursor ?? null);
  for (const stream of [late, lateInbox]) {
    await stream.waitFor('an answer', (items) => items.length > 0);
    assert.deepEqual(stream.items, [expired]);
  }
  assert.equal(errorCode(await pageEvents(linus, conversationId, before)), 'STALE');

  await sendMessage(url, ada, { conversationId, text: '6' });
  await using resumed = followConversation(urls, linus, { conversationId, after: boundary });
  await using resumedInbox = openInbox(linus, inboxBoundary?.cursor ?? null);
  await resumed.waitFor('the rest', () => messagesOf(resumed).length === 3);
  await resumedInbox.waitFor('the rest', () => inboxMessages(resumedInbox).length === 3);
  const rest = ['4', '5', '6'];
  assert.deepEqual(
    messagesOf(resumed).map(({ text }) => text),
    rest,
  );
  assert.deepEqual(
    inboxMessages(resumedInbox).map(({ text }) => text),
    rest,
  );
  for (const after of [boundary, null]) {
    const page = await pageEvents(linus, conversationId, after);
    assert.deepEqual(
      page.data?.conversationEvents.edges.map(({ node }) => node.message?.text),
      rest,
    );
  }
  await live.waitFor('the sixth', () => messagesOf(live).length === 6);
  const history = await readHistory(url, linus, conversationId);
  const all = [...texts, '6'];
  assert.deepEqual(
    [history, messagesOf(live)].map((messages) => messages.map(({ text }) => text)),
    [all, all],
  );
});
