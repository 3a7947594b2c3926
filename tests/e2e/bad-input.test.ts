/** Bad input gets the typed error of the API, never a 500, and nothing is lost: after all of it a message still goes through. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Account } from '#tests/harness/accounts.ts';
import { readCode, signUp } from '#tests/harness/accounts.ts';
import { errorCode, request, requestData } from '#tests/harness/client.ts';
import { createGroup, followConversation, readHistory, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';

let network: Network;
let url: string;
let ada: Account;
let linus: Account;
let conversationId: string;

before(async () => {
  network = await startNetwork({ name: 'badinput' });
  url = network.gatewayUrl;
  [ada, linus] = await Promise.all([signUp(network, 'Ada'), signUp(network, 'Linus')]);
  conversationId = await createGroup(url, ada, [linus]);
});
after(async () => {
  assert.equal(
    (await sendMessage(url, ada, { conversationId, text: 'still here' })).__typename,
    'SendMessageSuccess',
  );
  await network[Symbol.asyncDispose]();
});

describe('accounts', () => {
  const good = () => ({
    handle: `h_${randomUUID().slice(0, 8)}`,
    displayName: 'Somebody',
    email: `${randomUUID()}@example.com`,
    password: `correct horse ${randomUUID()}`,
  });
  const register = async (change: object) => {
    const answer = await request<{ register: { __typename: string; path?: string[] } }>(
      url,
      'mutation($input: RegisterInput!) { register(input: $input) { __typename ... on MutationError { code path } } }',
      { variables: { input: { ...good(), ...change } } },
    );
    return answer;
  };

  const refused: Record<string, object> = {
    'short handle': { handle: 'x' },
    'handle with spaces': { handle: 'a b c' },
    'handle with capitals and dots': { handle: 'Ada.Lovelace' },
    'long handle': { handle: 'h'.repeat(31) },
    'empty name': { displayName: '  ' },
    'long name': { displayName: 'n'.repeat(65) },
    'short password': { password: 'short1!' },
    'long password': { password: 'p'.repeat(129) },
    'common password': { password: 'password123' },
  };
  for (const [name, change] of Object.entries(refused)) {
    test(`register: ${name} is ValidationFailed with its path`, async () => {
      const answer = await register(change);
      assert.equal(answer.data?.register.__typename, 'ValidationFailed', JSON.stringify(answer));
      assert.ok(answer.data.register.path?.includes(Object.keys(change)[0] ?? ''), JSON.stringify(answer));
    });
  }

  test('register: a taken handle is HandleTaken, a taken e-mail is not told', async () => {
    assert.equal((await register({ handle: ada.handle })).data?.register.__typename, 'HandleTaken');
    assert.equal((await register({ email: ada.email })).data?.register.__typename, 'RegisterSuccess');
  });

  test('a malformed e-mail or phone is refused as input, not as a failure of ours', async () => {
    for (const email of ['nobody', 'a@', `${'x'.repeat(400)}@example.com`, 'a@b@c']) {
      const answer = await register({ email });
      const refusedBy = answer.data?.register?.__typename ?? errorCode(answer);
      assert.ok(
        ['ValidationFailed', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED'].includes(refusedBy ?? ''),
        JSON.stringify(answer),
      );
      assert.ok(answer.status < 500);
    }
    const phone = await request<object>(
      url,
      'mutation($phone: PhoneNumber!) { requestPhoneVerification(phone: $phone) { __typename } }',
      { variables: { phone: '12' }, token: ada.accessToken },
    );
    assert.ok(phone.status < 500);
    assert.ok(
      ['ValidationFailed', 'BAD_USER_INPUT'].includes(
        nameOf(phone.data, 'requestPhoneVerification') ?? errorCode(phone) ?? '',
      ),
      JSON.stringify(phone),
    );
  });

  test('a code can be tried 5 times, also by aliases in one request', async () => {
    const input = good();
    await register(input);
    const code = await readCode(network, input.email);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    const aliases = Array.from(
      { length: 8 },
      (_, n) => `a${n}: verifyEmail(input: $wrong) { __typename }`,
    ).join(' ');
    await request(url, `mutation($wrong: VerifyEmailInput!) { ${aliases} }`, {
      variables: { wrong: { email: input.email, code: wrong } },
    });
    const { verifyEmail } = await requestData<{ verifyEmail: { __typename: string } }>(
      url,
      'mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename } }',
      { variables: { input: { email: input.email, code } } },
    );
    assert.equal(verifyEmail.__typename, 'CodeInvalid');
  });

  test('password guesses are limited', async () => {
    const victim = await signUp(network, 'Victim');
    const answers: string[] = [];
    for (let n = 0; n < 30 && answers.at(-1) !== 'TooManyAttempts'; n += 1) {
      const { login } = await requestData<{ login: { __typename: string } }>(
        url,
        'mutation($input: LoginInput!) { login(input: $input) { __typename } }',
        { variables: { input: { identifier: victim.handle, password: `guess ${n}` } } },
      );
      answers.push(login.__typename);
    }
    assert.equal(answers.at(-1), 'TooManyAttempts', answers.join(' '));
  });
});

describe('messages', () => {
  const badSends: Record<string, () => object> = {
    'empty text': () => ({ text: '' }),
    'text above 16 KiB': () => ({ text: 'é'.repeat(8 * 1024 + 1) }),
    'a NUL character': () => ({ text: 'a\u0000b' }),
    'too many mentions': () => ({
      text: 'hi',
      mentionUserIds: Array.from({ length: 51 }, () => linus.userId),
    }),
    'a reply to nothing': () => ({ text: 'hi', replyToId: 'msg_01h455vb4pex5vsknk084sn02q' }),
    'a reply to garbage': () => ({ text: 'hi', replyToId: "'; DROP TABLE message; --" }),
  };
  for (const [name, input] of Object.entries(badSends)) {
    test(`sendMessage: ${name} is ValidationFailed`, async () => {
      const sent = await sendMessage(url, ada, { conversationId, ...input() });
      assert.equal(sent.__typename, 'ValidationFailed', JSON.stringify(sent));
    });
  }

  test('sendMessage: the largest text goes through whole', async () => {
    const text = '€'.repeat(5_461);
    const sent = await sendMessage(url, ada, { conversationId, text });
    assert.equal(sent.message?.text, text);
  });

  test('unknown ids are NotAMember or null, whatever they look like', async () => {
    for (const id of ['cnv_01h455vb4pex5vsknk084sn02q', 'nothing', '', '__proto__', 'x'.repeat(10_000)]) {
      assert.equal(
        (await sendMessage(url, ada, { conversationId: id, text: 'hi' })).__typename,
        'NotAMember',
        id,
      );
      const data = await requestData<object>(
        url,
        'query($id: ID!) { conversation(id: $id) { id } message(id: $id) { id } user(id: $id) { id } }',
        {
          variables: { id },
          token: ada.accessToken,
        },
      );
      assert.deepEqual(data, { conversation: null, message: null, user: null });
    }
  });

  test('a clientMessageId that is no UUID is refused as input', async () => {
    const answer = await request(
      url,
      'mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
      {
        variables: { input: { conversationId, clientMessageId: 'nope', text: 'hi' } },
        token: ada.accessToken,
      },
    );
    assert.equal(errorCode(answer), 'BAD_USER_INPUT');
    assert.ok(answer.status < 500);
  });

  test('members: unknown people are UserNotFound, oneself alone is ValidationFailed', async () => {
    const create = async (input: object) => {
      const answer = await request<object>(
        url,
        'mutation($input: CreateConversationInput!) { createConversation(input: $input) { __typename } }',
        {
          variables: { input },
          token: ada.accessToken,
        },
      );
      return nameOf(answer.data, 'createConversation') ?? errorCode(answer);
    };
    assert.equal(
      await create({ kind: 'GROUP', memberIds: ['usr_01h455vb4pex5vsknk084sn02q'] }),
      'UserNotFound',
    );
    assert.equal(await create({ kind: 'GROUP', memberIds: ['garbage'] }), 'UserNotFound');
    assert.equal(await create({ kind: 'DIRECT', memberIds: [] }), 'ValidationFailed');
    assert.equal(await create({ kind: 'DIRECT', memberIds: [ada.userId] }), 'ValidationFailed');
    assert.equal(await create({ kind: 'DIRECT', memberIds: [linus.userId], title: 'x' }), 'ValidationFailed');
    assert.equal(
      await create({ kind: 'GROUP', memberIds: [linus.userId], title: 'x'.repeat(101) }),
      'ValidationFailed',
    );
  });

  test('cursors: garbage and those of another conversation are BAD_USER_INPUT', async () => {
    const other = await createGroup(url, ada, [linus]);
    const foreign = (await sendMessage(url, ada, { conversationId: other, text: 'elsewhere' })).cursor;
    for (const after of ['garbage', '', 'AAAA', foreign, 'x'.repeat(5_000)]) {
      const page = await request(
        url,
        'query($id: ID!, $after: EventCursor) { conversationEvents(conversationId: $id, after: $after) { edges { cursor } } }',
        {
          variables: { id: conversationId, after },
          token: ada.accessToken,
        },
      );
      assert.equal(errorCode(page), 'BAD_USER_INPUT', `${after}`);
      await using stream = followConversation([url], ada, {
        conversationId,
        after: after as string,
        reconnect: false,
      });
      await stream.ended;
      assert.equal(stream.errors[0]?.extensions?.code, 'BAD_USER_INPUT', `${after}`);
      const history = await request(
        url,
        'query($id: ID!, $after: String) { conversation(id: $id) { messages(first: 5, after: $after) { nodes { seq } } } }',
        {
          variables: { id: conversationId, after },
          token: ada.accessToken,
        },
      );
      assert.equal(errorCode(history), 'BAD_USER_INPUT', `${after}`);
    }
  });

  test('page sizes outside 1 to 100 are BAD_USER_INPUT', async () => {
    for (const first of [0, -1, 101, 1_000_000_000]) {
      const answer = await request(
        url,
        'query($first: Int!) { conversations(first: $first) { nodes { id } } }',
        {
          variables: { first },
          token: ada.accessToken,
        },
      );
      assert.equal(errorCode(answer), 'BAD_USER_INPUT', `${first}`);
    }
  });

  test('the polling twin gives the same events as the stream', async () => {
    await sendMessage(url, ada, { conversationId, text: 'for the twin' });
    const { conversationEvents } = await requestData<{
      conversationEvents: { edges: { cursor: string; node: { eventSeq: number; __typename: string } }[] };
    }>(
      url,
      'query($id: ID!) { conversationEvents(conversationId: $id) { edges { cursor node { __typename eventSeq } } } }',
      { variables: { id: conversationId }, token: ada.accessToken },
    );
    const { edges } = conversationEvents;
    assert.deepEqual(
      edges.map((edge) => edge.node.eventSeq),
      edges.map((_, index) => index + 1),
    );
    await using stream = followConversation([url], linus, {
      conversationId,
      after: edges[0]?.cursor ?? null,
    });
    await stream.waitFor('CaughtUp', (items) => items.some((item) => item.__typename === 'CaughtUp'));
    const replayed = stream.items
      .filter((item) => item.__typename !== 'CaughtUp')
      .map((item) => [item.cursor, item.eventSeq]);
    assert.deepEqual(
      replayed,
      edges.slice(1).map((edge) => [edge.cursor, edge.node.eventSeq]),
    );
    assert.ok(
      (await readHistory(url, linus, conversationId)).some((message) => message.text === 'for the twin'),
    );
  });
});

function nameOf(data: object | null, field: string): string | undefined {
  return (data as Record<string, { __typename?: string } | undefined> | null)?.[field]?.__typename;
}
