/**
 * G12: whatever takes the right to read away ends delivery within 5 s on open streams, of a conversation and of the inbox, also when a copy of chat and of
 * the gateway were killed just before: who came back to another copy is not forgotten there, and a copy that starts knows what was ended before.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import type { Stream } from '#tests/harness/client.ts';
import { openStream, requestData } from '#tests/harness/client.ts';
import {
  createGroup,
  followConversation,
  inboxEventsDocument,
  sendMessage,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import type { SeenEvent } from './truth.ts';

const graceMs = 5_000;
const afterwardsMs = 3_000;
/** Longer than killing the copies and starting them again takes. */
const shortLifeMs = 60_000;

interface Reader {
  readonly account: Account;
  readonly conversationId: string;
  readonly streams: readonly Stream[];
  /** Takes the right away; resolves when that is done. */
  readonly end: () => Promise<void>;
  /** How the stream of the conversation ends: a close code or the code of an error. */
  readonly ending: number | string;
}

/** The same session with a token that ends soon. */
function shorten(network: Network, account: Account): Account {
  const { jwtPrivateKey } = JSON.parse(readFileSync(join(network.folder, 'secrets.json'), 'utf8')) as {
    jwtPrivateKey: string;
  };
  const { header, payload } = jwt.decode(account.accessToken, { complete: true }) ?? {};
  assert.ok(header !== undefined && typeof payload === 'object');
  const exp = Math.floor((Date.now() + shortLifeMs) / 1_000);
  const options = { algorithm: 'ES256', header: { ...header, alg: 'ES256' } } as const;
  return { ...account, accessToken: jwt.sign({ ...payload, exp }, jwtPrivateKey, options) };
}

/** Texts that any of the streams has shown. */
function textsOf({ streams, conversationId }: Pick<Reader, 'streams' | 'conversationId'>): string[] {
  return streams.flatMap(({ items }) =>
    items.flatMap((item) => {
      const event = (item.__typename === 'InboxEvent' ? item.event : item) as SeenEvent;
      return event.message !== undefined && event.conversation.id === conversationId
        ? [event.message.text]
        : [];
    }),
  );
}

test('removal, logout, revocation and expiry end delivery within 5 s, right after copies were killed', async (t) => {
  await using network = await startNetwork({ name: 'access', copies: { gateway: 2, chat: 2, storage: 2 } });
  const { gatewayUrls: urls, gatewayUrl: url } = network;
  const owner = await signUp(network, 'Owner');
  await using opened = new AsyncDisposableStack();
  const mutate = (account: Account, document: string, variables: Record<string, unknown> = {}) =>
    requestData<Record<string, unknown>>(url, document, { variables, token: account.accessToken });

  async function open(
    change: (account: Account) => Account,
    ending: Reader['ending'],
    end: (reader: Omit<Reader, 'end'>) => Promise<unknown>,
  ): Promise<Reader> {
    const account = change(await signUp(network, 'Reader'));
    const conversationId = await createGroup(url, owner, [account]);
    const inbox = {
      document: inboxEventsDocument,
      variables: { after: null },
      token: () => account.accessToken,
    };
    const streams = [urls, [...urls].reverse()].flatMap((order) => [
      opened.use(followConversation(order, account, { conversationId })),
      opened.use(openStream({ ...inbox, urls: order })),
    ]);
    for (const stream of streams) await stream.waitFor('caught up', (items) => items.length > 0);
    const reader = { account, conversationId, streams, ending };
    return { ...reader, end: async () => void (await end(reader)) };
  }

  const same = (account: Account) => account;
  const readers = await Promise.all([
    open(same, 'FORBIDDEN', ({ account, conversationId }) =>
      mutate(owner, 'mutation($input: RemoveMemberInput!) { removeMember(input: $input) { __typename } }', {
        input: { conversationId, userId: account.userId },
      }),
    ),
    open(same, 4401, ({ account }) => mutate(account, 'mutation { logout { accepted } }')),
    open(same, 4401, ({ account }) => mutate(account, 'mutation { revokeAllSessions { accepted } }')),
    open(same, 4401, async ({ account }) => {
      const { viewer } = (await mutate(account, '{ viewer { sessions { id current } } }')) as {
        viewer: { sessions: { id: string; current: boolean }[] };
      };
      const id = viewer.sessions.find(({ current }) => current)?.id;
      const answer = await mutate(account, 'mutation($id: ID!) { revokeSession(id: $id) { __typename } }', {
        id,
      });
      assert.deepEqual(answer, { revokeSession: { __typename: 'RevokeSessionSuccess' } });
    }),
    open(
      (account) => shorten(network, account),
      4403,
      async ({ account }) => {
        const { exp = 0 } = jwt.decode(account.accessToken) as { exp?: number };
        await delay(Math.max(0, exp * 1_000 - Date.now()));
      },
    ),
  ]);

  await Promise.all(['chat-1', 'gateway-1'].map((name) => network.kill(name)));
  for (const { conversationId } of readers) await sendMessage(url, owner, { conversationId, text: 'before' });
  for (const reader of readers) {
    for (const stream of reader.streams)
      await stream.waitFor(
        'the message before',
        () => textsOf({ ...reader, streams: [stream] }).length === 1,
      );
  }

  await Promise.all(
    readers.map(async ({ end, conversationId, streams, ending, account }) => {
      await end();
      await delay(graceMs);
      const before = streams.map(({ items }) => items.length);
      const text = `after ${ending}`;
      await sendMessage(url, owner, { conversationId, text });
      await delay(afterwardsMs);
      assert.deepEqual(
        streams.map(({ items }) => items.length),
        before,
        `${ending} of ${account.handle}`,
      );
      const [conversation] = streams;
      const codes = [...(conversation?.closes ?? []), conversation?.errors.at(-1)?.extensions?.code];
      assert.ok(codes.includes(ending), `it ended with ${codes.join()} and not with ${ending}`);
    }),
  );
  t.diagnostic(`${readers.length} endings on ${readers.length * 4} streams`);
});
