/** The whole journey of two people and an outsider through the gateway: accounts, conversations, sends, live, resume, history, unread, access. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Account, SignedIn } from '#tests/harness/accounts.ts';
import { readCode, signedInFields, signUp } from '#tests/harness/accounts.ts';
import { errorCode, openStream, request, requestData } from '#tests/harness/client.ts';
import {
  conversationEventsDocument,
  createConversation,
  createGroup,
  followConversation,
  inboxEventsDocument,
  messagesOf,
  readHistory,
  sendMessage,
} from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

let network: Network;
let url: string;
let ada: Account;
let linus: Account;
let mallory: Account;

before(async () => {
  network = await startNetwork({ name: 'journey' });
  url = network.gatewayUrl;
  [ada, linus, mallory] = await Promise.all([
    signUp(network, 'Ada'),
    signUp(network, 'Linus'),
    signUp(network, 'Mallory'),
  ]);
});
after(() => network[Symbol.asyncDispose]());

describe('accounts', () => {
  test('a phone number is proven with the texted code', async () => {
    const phone = '+4915112345678';
    const sent = await requestData<{ requestPhoneVerification: { __typename: string } }>(
      url,
      'mutation($phone: PhoneNumber!) { requestPhoneVerification(phone: $phone) { __typename } }',
      { variables: { phone }, token: ada.accessToken },
    );
    assert.equal(sent.requestPhoneVerification.__typename, 'PhoneVerificationSent');
    const code = await readCode(network, phone);
    const { verifyPhone } = await requestData<{ verifyPhone: { viewer: object } }>(
      url,
      'mutation($input: VerifyPhoneInput!) { verifyPhone(input: $input) { ... on VerifyPhoneSuccess { viewer { phone phoneVerified } } } }',
      { variables: { input: { phone, code } }, token: ada.accessToken },
    );
    assert.deepEqual(verifyPhone.viewer, { phone, phoneVerified: true });
  });

  test('login works with handle, e-mail and phone, and not with a wrong password', async () => {
    for (const identifier of [ada.handle, ada.email.toUpperCase(), '+4915112345678']) {
      assert.equal((await login(identifier, ada.password)).__typename, 'SignedIn', identifier);
    }
    assert.equal((await login(ada.handle, 'not the password')).__typename, 'CredentialsInvalid');
    assert.equal((await login('nobody_at_all', 'not the password')).__typename, 'CredentialsInvalid');
  });

  test('a refresh token works once; its reuse after the grace ends the session', async () => {
    const first = await login(linus.handle, linus.password);
    const second = await refresh(first.tokens.refreshToken);
    assert.equal(second.__typename, 'SignedIn');
    const third = await refresh(second.tokens.refreshToken);
    assert.equal(third.__typename, 'SignedIn');
    assert.equal((await refresh(first.tokens.refreshToken)).__typename, 'RefreshTokenInvalid');
    assert.equal((await refresh(third.tokens.refreshToken)).__typename, 'RefreshTokenInvalid');
  });

  test('a password is reset with the mailed code', async () => {
    const grace = await signUp(network, 'Grace');
    await requestData(
      url,
      'mutation($email: EmailAddress!) { requestPasswordReset(email: $email) { accepted } }',
      {
        variables: { email: grace.email },
      },
    );
    const code = await readCode(network, grace.email, 2);
    const newPassword = `another battery ${randomUUID()}`;
    const { resetPassword } = await requestData<{ resetPassword: { __typename: string } }>(
      url,
      'mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { __typename } }',
      { variables: { input: { email: grace.email, code, newPassword } } },
    );
    assert.equal(resetPassword.__typename, 'SignedIn');
    assert.equal((await login(grace.handle, grace.password)).__typename, 'CredentialsInvalid');
    assert.equal((await login(grace.handle, newPassword)).__typename, 'SignedIn');
  });

  test('people are found by handle and by the start of their name', async () => {
    const found = await requestData<{
      userByHandle: { id: string };
      searchUsers: { nodes: { id: string }[] };
    }>(
      url,
      'query($handle: String!) { userByHandle(handle: $handle) { id } searchUsers(query: $handle) { nodes { id } } }',
      { variables: { handle: linus.handle }, token: ada.accessToken },
    );
    assert.deepEqual(found, {
      userByHandle: { id: linus.userId },
      searchUsers: { nodes: [{ id: linus.userId }] },
    });
  });
});

describe('conversations', () => {
  test('a direct conversation of two people is one, whoever starts it', async () => {
    const one = await createConversation(url, ada, { kind: 'DIRECT', memberIds: [linus.userId] });
    assert.equal(await createConversation(url, linus, { kind: 'DIRECT', memberIds: [ada.userId] }), one);
  });

  test('a message is stored, read back at once and named by its clientMessageId for ever', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    const input = { conversationId, clientMessageId: randomUUID(), text: 'Hello' };
    const sent = await sendMessage(url, ada, input);
    assert.deepEqual(
      [sent.__typename, sent.replayed, sent.message],
      ['SendMessageSuccess', false, { seq: 1, text: 'Hello' }],
    );
    const repeated = await sendMessage(url, ada, input);
    assert.deepEqual(
      [repeated.messageId, repeated.replayed, repeated.message?.seq],
      [sent.messageId, true, 1],
    );
    const conflict = await sendMessage(url, ada, { ...input, text: 'Goodbye' });
    assert.deepEqual([conflict.__typename, conflict.messageId], ['IdempotencyConflict', sent.messageId]);
    const accepted = await sendMessage(url, ada, { conversationId, text: 'Quick', durability: 'ACCEPTED' });
    assert.deepEqual(
      [accepted.__typename, accepted.message, accepted.cursor],
      ['SendMessageSuccess', null, null],
    );
    const { message } = await requestData<{ message: { text: string; sender: { displayName: string } } }>(
      url,
      'query($id: ID!) { message(id: $id) { text sender { displayName } } }',
      { variables: { id: sent.messageId }, token: linus.accessToken },
    );
    assert.deepEqual(message, { text: 'Hello', sender: { displayName: 'Ada' } });
  });

  test('history is paged forwards, backwards and around a message', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    const ids: string[] = [];
    for (let n = 1; n <= 25; n += 1)
      ids.push((await sendMessage(url, ada, { conversationId, text: `message ${n}` })).messageId);
    const page = async (args: string) => {
      const { conversation } = await requestData<{ conversation: { messages: Page } }>(
        url,
        `query($id: ID!) { conversation(id: $id) { messages(${args}) { nodes { seq } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
        { variables: { id: conversationId }, token: linus.accessToken },
      );
      return { ...conversation.messages.pageInfo, seqs: conversation.messages.nodes.map((node) => node.seq) };
    };
    const first = await page('first: 10');
    assert.deepEqual([first.seqs, first.hasNextPage, first.hasPreviousPage], [range(1, 10), true, false]);
    const second = await page(`first: 10, after: "${first.endCursor}"`);
    assert.deepEqual(second.seqs, range(11, 20));
    const last = await page('last: 10');
    assert.deepEqual([last.seqs, last.hasNextPage, last.hasPreviousPage], [range(16, 25), false, true]);
    assert.deepEqual((await page(`last: 10, before: "${last.startCursor}"`)).seqs, range(6, 15));
    const around = await page(`around: "${ids[11]}", first: 5`);
    assert.deepEqual([around.seqs.length, around.seqs.includes(12)], [5, true]);
    assert.deepEqual(
      (await readHistory(url, ada, conversationId)).map((message) => message.seq),
      range(1, 25),
    );
  });

  test('unread and mention counts follow what is sent and read', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    await sendMessage(url, ada, { conversationId, text: 'one' });
    await sendMessage(url, ada, { conversationId, text: 'two @linus', mentionUserIds: [linus.userId] });
    assert.deepEqual(await counts(linus, conversationId), { viewerUnreadCount: 2, viewerMentionCount: 1 });
    assert.deepEqual(await counts(ada, conversationId), { viewerUnreadCount: 0, viewerMentionCount: 0 });
    await markRead(linus, conversationId, 1);
    assert.deepEqual(await counts(linus, conversationId), { viewerUnreadCount: 1, viewerMentionCount: 1 });
    await markRead(linus, conversationId, 2);
    await markRead(linus, conversationId, 1);
    assert.deepEqual(await counts(linus, conversationId), { viewerUnreadCount: 0, viewerMentionCount: 0 });
  });
});

describe('live', () => {
  test('a live message shows its sender, and a stream cut under the client goes on without a hole or a repeat', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    await using stream = followConversation([url], linus, { conversationId });
    await stream.waitFor('CaughtUp', (items) => items.some((item) => item.__typename === 'CaughtUp'));
    for (let n = 1; n <= 30; n += 1) {
      await sendMessage(url, ada, { conversationId, text: `live ${n}` });
      if (n % 10 === 0) stream.cut();
    }
    await stream.waitFor('30 messages', () => messagesOf(stream).length >= 30);
    assert.deepEqual(
      messagesOf(stream).map((message) => message.seq),
      range(1, 30),
    );
    assert.equal(messagesOf(stream)[0]?.sender.displayName, 'Ada');
  });

  test('the inbox follows all conversations and resumes as one', async () => {
    const open = (after: string | null) =>
      openStream({
        urls: [url],
        document: inboxEventsDocument,
        variables: { after },
        token: () => linus.accessToken,
      });
    await using stream = open(null);
    await stream.waitFor('InboxCaughtUp', (items) => items.length > 0);
    const one = await createGroup(url, ada, [linus]);
    const other = await createGroup(url, ada, [linus]);
    await sendMessage(url, ada, { conversationId: one, text: 'in one' });
    stream.cut();
    await sendMessage(url, ada, { conversationId: other, text: 'in the other' });
    const textsOf = (items: typeof stream.items) =>
      items.flatMap((item) => {
        const event = item.event as { __typename: string; message?: { text: string } } | undefined;
        return event?.__typename === 'MessageCreated' ? [event.message?.text] : [];
      });
    await stream.waitFor('both messages', (items) => textsOf(items).length >= 2);
    assert.deepEqual(textsOf(stream.items).sort(), ['in one', 'in the other']);
  });

  test('typing and presence are seen by the others', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    await using presence = openStream({
      urls: [url],
      document:
        'subscription($ids: [ID!]!) { item: presence(userIds: $ids) { __typename status user { displayName } } }',
      variables: { ids: [linus.userId] },
      token: () => ada.accessToken,
    });
    await using typing = openStream({
      urls: [url],
      document:
        'subscription($id: ID!) { item: typing(conversationId: $id) { __typename typing user { displayName } } }',
      variables: { id: conversationId },
      token: () => ada.accessToken,
    });
    await presence.waitFor('the first status', (items) => items.length > 0);
    await using live = followConversation([url], linus, { conversationId });
    await live.waitFor('CaughtUp', (items) => items.length > 0);
    await presence.waitFor('Linus online', (items) => items.some((item) => item.status === 'ONLINE'));
    await requestData(
      url,
      'mutation($id: ID!) { setTyping(conversationId: $id, typing: true) { accepted } }',
      {
        variables: { id: conversationId },
        token: linus.accessToken,
      },
    );
    await typing.waitFor('Linus typing', (items) => items.some((item) => item.typing === true));
    assert.deepEqual(typing.items.at(-1)?.user, { displayName: 'Linus' });
  });
});

describe('access', () => {
  test('outsiders and the signed-out get nothing, and can tell nothing', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    const { messageId } = await sendMessage(url, ada, { conversationId, text: 'secret' });
    const document = 'query($c: ID!, $m: ID!) { conversation(id: $c) { id } message(id: $m) { text } }';
    const variables = { c: conversationId, m: messageId };
    const outsider = await requestData(url, document, { variables, token: mallory.accessToken });
    assert.deepEqual(outsider, { conversation: null, message: null });
    assert.equal(
      (await sendMessage(url, mallory, { conversationId, text: 'let me in' })).__typename,
      'NotAMember',
    );
    const signedOut = await request<{ conversation: unknown }>(url, document, { variables });
    assert.deepEqual([signedOut.data?.conversation ?? null, errorCode(signedOut)], [null, 'UNAUTHENTICATED']);
    await using stream = followConversation([url], mallory, { conversationId, reconnect: false });
    await stream.ended;
    assert.deepEqual([stream.items, stream.errors[0]?.extensions?.code], [[], 'FORBIDDEN']);
    await using anonymous = openStream({
      urls: [url],
      document: conversationEventsDocument,
      variables: { conversationId },
      token: () => null,
      reconnect: false,
    });
    await anonymous.ended;
    assert.deepEqual([anonymous.items, anonymous.errors[0]?.extensions?.code], [[], 'UNAUTHENTICATED']);
  });

  test('a removed member gets nothing from then on', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    await using stream = followConversation([url], linus, { conversationId, reconnect: false });
    await stream.waitFor('CaughtUp', (items) => items.some((item) => item.__typename === 'CaughtUp'));
    await requestData(
      url,
      'mutation($input: RemoveMemberInput!) { removeMember(input: $input) { __typename } }',
      {
        variables: { input: { conversationId, userId: linus.userId } },
        token: ada.accessToken,
      },
    );
    await sendMessage(url, ada, { conversationId, text: 'he is gone' });
    await within(5_000, stream.ended);
    assert.deepEqual(messagesOf(stream), []);
    assert.equal(stream.errors[0]?.extensions?.code, 'FORBIDDEN');
    assert.equal(
      (await sendMessage(url, linus, { conversationId, text: 'hello?' })).__typename,
      'NotAMember',
    );
  });

  test('logout closes the live socket within 5 s with 4401, and the token is refused from then on', async () => {
    const conversationId = await createGroup(url, ada, [linus]);
    const { tokens } = await login(linus.handle, linus.password);
    const here: Account = { ...linus, accessToken: tokens.accessToken };
    await using stream = followConversation([url], here, { conversationId, reconnect: false });
    await stream.waitFor('CaughtUp', (items) => items.some((item) => item.__typename === 'CaughtUp'));
    await requestData(url, 'mutation { logout { accepted } }', { token: here.accessToken });
    await within(5_000, stream.ended);
    assert.deepEqual(stream.closes, [4401]);
    assert.equal(
      errorCode(await request(url, '{ viewer { email } }', { token: here.accessToken })),
      'UNAUTHENTICATED',
    );
    assert.equal(errorCode(await request(url, '{ viewer { email } }', { token: linus.accessToken })), null);
  });
});

interface Page {
  readonly nodes: readonly { seq: number }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string;
    endCursor: string;
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

async function within(timeoutMs: number, promise: Promise<void>): Promise<void> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`did not happen within ${timeoutMs} ms`)), timeoutMs).unref();
  });
  await Promise.race([promise, late]);
}

async function login(identifier: string, password: string): Promise<SignedIn> {
  const data = await requestData<{ login: SignedIn }>(
    url,
    `mutation($input: LoginInput!) { login(input: $input) { __typename ... on SignedIn { ${signedInFields} } } }`,
    { variables: { input: { identifier, password } } },
  );
  return data.login;
}

async function refresh(refreshToken: string): Promise<SignedIn> {
  const data = await requestData<{ refreshToken: SignedIn }>(
    url,
    `mutation($token: String!) { refreshToken(refreshToken: $token) { __typename ... on SignedIn { ${signedInFields} } } }`,
    { variables: { token: refreshToken } },
  );
  return data.refreshToken;
}

async function counts(viewer: Account, conversationId: string): Promise<object> {
  const { conversation } = await requestData<{ conversation: object }>(
    url,
    'query($id: ID!) { conversation(id: $id) { viewerUnreadCount viewerMentionCount } }',
    { variables: { id: conversationId }, token: viewer.accessToken },
  );
  return conversation;
}

async function markRead(viewer: Account, conversationId: string, upToSeq: number): Promise<void> {
  const { markRead: marked } = await requestData<{ markRead: { __typename: string } }>(
    url,
    'mutation($input: MarkReadInput!) { markRead(input: $input) { __typename } }',
    { variables: { input: { conversationId, upToSeq } }, token: viewer.accessToken },
  );
  assert.equal(marked.__typename, 'MarkReadSuccess');
}
