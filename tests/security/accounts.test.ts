/** Attacks on accounts: forged and ended tokens on every path, refresh races, guessing codes in parallel, taking over a registration, telling who has an account; and no secret in any log afterwards. */
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import jwt from 'jsonwebtoken';
import type { Account, SignedIn } from '#tests/harness/accounts.ts';
import { readCode, signedInFields, signUp } from '#tests/harness/accounts.ts';
import { errorCode, request, requestData } from '#tests/harness/client.ts';
import { createGroup, followConversation, sendMessage } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { findFailures, readProcessLogs } from '#tests/harness/process-logs.ts';
import { openRawSocket } from '#tests/harness/raw-socket.ts';

interface Secrets {
  readonly jwtPrivateKey: string;
  readonly internalKey: string;
}

/** What must never be in a log. */
const canaries = new Set<string>();

let network: Network;
let url: string;
let ada: Account;
let secrets: Secrets;

before(async () => {
  network = await startNetwork({ name: 'accounts' });
  url = network.gatewayUrl;
  ada = await signUp(network, 'Ada');
  secrets = JSON.parse(readFileSync(join(network.folder, 'secrets.json'), 'utf8')) as Secrets;
  for (const secret of [ada.password, ada.accessToken, ada.refreshToken, secrets.internalKey])
    canaries.add(secret);
});
after(async () => {
  const failures = findFailures(network);
  const logs = readProcessLogs(network);
  await network[Symbol.asyncDispose]();
  assert.deepEqual(failures, []);
  for (const [file, text] of logs)
    for (const canary of canaries) assert.ok(!text.includes(canary), `${file} holds the secret ${canary}`);
});

const loginDocument = `mutation($input: LoginInput!) { login(input: $input) { __typename ... on SignedIn { ${signedInFields} } } }`;
const refreshDocument = `mutation($token: String!) { refreshToken(refreshToken: $token) { __typename ... on SignedIn { ${signedInFields} } } }`;
const verifyDocument = `mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename ... on SignedIn { ${signedInFields} } } }`;
const registerDocument = 'mutation($input: RegisterInput!) { register(input: $input) { __typename } }';

describe('access tokens', () => {
  test('a token that is not exactly one of ours is refused on every path', async () => {
    const [head = '', body = '', signature = ''] = ada.accessToken.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const sign = (change: object, headerChange: object = {}) =>
      jwt.sign({ ...claims, ...change }, secrets.jwtPrivateKey, {
        algorithm: 'ES256',
        header: { alg: 'ES256', typ: 'at+jwt', kid: header.kid, ...headerChange },
      });
    const publicPem = createPublicKey(secrets.jwtPrivateKey).export({ type: 'spki', format: 'pem' });
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const confused = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: header.kid })}.${body}`;
    const now = Math.floor(Date.now() / 1000);
    const forged: Record<string, string> = {
      'alg none': `${encode({ alg: 'none', typ: 'at+jwt', kid: header.kid })}.${body}.`,
      'the public key as a secret': `${confused}.${createHmac('sha256', publicPem).update(confused).digest('base64url')}`,
      'no signature': `${head}.${body}.`,
      'another body': `${head}.${encode({ ...claims, sub: 'usr_01h455vb4pex5vsknk084sn02q' })}.${signature}`,
      'another type': sign({}, { typ: 'JWT' }),
      'another key id': sign({}, { kid: 'unknown' }),
      'a critical header': sign({}, { crit: ['exp'] }),
      'an embedded key': sign({}, { jwk: {} }),
      'another issuer': sign({ iss: 'evil' }),
      'another audience': sign({ aud: 'evil' }),
      'several audiences': sign({ aud: ['messageme', 'evil'] }),
      expired: sign({ iat: now - 700, exp: now - 100 }),
      'no expiry in sight': sign({ exp: now + 10 ** 9 }),
      'issued in the future': sign({ iat: now + 3_600, exp: now + 4_200 }),
      'no session': sign({ sid: undefined }),
      'a session that is no text': sign({ sid: { $ne: null } }),
      'two tokens': `${ada.accessToken} ${ada.accessToken}`,
    };
    const document = '{ conversations { nodes { id } } }';
    for (const [name, token] of Object.entries(forged)) {
      const overHttp = await request(url, document, { token });
      assert.deepEqual([errorCode(overHttp), overHttp.data], ['UNAUTHENTICATED', null], name);
      const inside = await request(network.subgraphUrls.storage, document, {
        token,
        headers: { 'x-internal-key': secrets.internalKey },
      });
      assert.equal(errorCode(inside), 'UNAUTHENTICATED', `${name}, at the subgraph`);
      const socket = await openRawSocket(url);
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      assert.equal(await socket.closed, name === 'expired' ? 4403 : 4401, `${name}, over WebSocket`);
    }
    assert.equal(errorCode(await request(url, document, { token: sign({}) })), null, 'the forger works');
  });

  test('after logout nothing is answered or delivered any more, on any path', async () => {
    const bob = await signUp(network, 'Bob');
    const other = await login(bob.handle, bob.password);
    const conversationId = await createGroup(url, ada, [bob]);
    await using stream = followConversation([url], bob, { conversationId, reconnect: false });
    await stream.waitFor('CaughtUp', (items) => items.length > 0);
    await requestData(url, 'mutation { logout { accepted } }', { token: bob.accessToken });
    assert.equal(
      errorCode(await request(url, '{ viewer { email } }', { token: bob.accessToken })),
      'UNAUTHENTICATED',
    );
    await stream.ended;
    assert.deepEqual(stream.closes, [4401]);
    await sendMessage(url, ada, { conversationId, text: 'after the logout' });
    assert.ok(!stream.items.some((item) => item.__typename === 'MessageCreated'));
    for (const target of [url, network.subgraphUrls.storage]) {
      const answer = await request(target, '{ conversations { nodes { id } } }', {
        token: bob.accessToken,
        headers: { 'x-internal-key': secrets.internalKey },
      });
      assert.equal(errorCode(answer), 'UNAUTHENTICATED', target);
    }
    const socket = await openRawSocket(url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${bob.accessToken}` } });
    assert.equal(await socket.closed, 4401);
    assert.equal((await refresh(bob.refreshToken)).__typename, 'RefreshTokenInvalid');
    assert.equal(
      (await refresh(other.tokens.refreshToken)).__typename,
      'SignedIn',
      'another session ended too',
    );
  });
});

describe('refresh tokens', () => {
  test('parallel uses leave one token that works, and an old one ends the session', async () => {
    const first = await login(ada.handle, ada.password);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(first.tokens.refreshToken)));
    const tokens = answers.flatMap((answer) => (answer.__typename === 'SignedIn' ? [answer.tokens] : []));
    assert.ok(tokens.length > 0);
    const used: SignedIn[] = [];
    for (const { refreshToken } of tokens.slice(-1)) used.push(await refresh(refreshToken));
    const stolen = await refresh(first.tokens.refreshToken);
    assert.equal(stolen.__typename, 'RefreshTokenInvalid', 'a token worked although its successor was used');
    for (const { tokens: successor } of used.filter(({ __typename }) => __typename === 'SignedIn')) {
      assert.equal(
        (await refresh(successor.refreshToken)).__typename,
        'RefreshTokenInvalid',
        'reuse did not end it',
      );
      assert.equal(
        errorCode(await request(url, '{ viewer { email } }', { token: successor.accessToken })),
        'UNAUTHENTICATED',
      );
    }
  });
});

describe('registrations and codes', () => {
  test('parallel guesses get no more tries than others, over HTTP and WebSocket', async () => {
    const input = { ...person(), password: `correct horse ${randomUUID()}` };
    await register(input);
    const code = await readCode(network, input.email);
    canaries.add(`is ${code}`).add(input.password);
    const guess = (n: number) => String((Number(code) + n) % 1_000_000).padStart(6, '0');
    const aliases = (from: number) =>
      Array.from(
        { length: 5 },
        (_, n) =>
          `a${n}: verifyEmail(input: { email: "${input.email}", code: "${guess(from + n)}" }) { __typename }`,
      ).join(' ');
    const socket = await openRawSocket(url);
    socket.send({ type: 'connection_init' });
    await socket.waitFor((frame) => frame.type === 'connection_ack');
    for (let n = 0; n < 5; n += 1)
      socket.send({
        id: `g${n}`,
        type: 'subscribe',
        payload: { query: `mutation { ${aliases(100 + 5 * n)} }` },
      });
    await Promise.all(
      Array.from({ length: 5 }, (_, n) => request(url, `mutation { ${aliases(1 + 5 * n)} }`)),
    );
    await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        socket.waitFor(({ id, type }) => id === `g${n}` && type === 'complete'),
      ),
    );
    socket.close();
    assert.equal((await verify(input.email, code)).__typename, 'CodeInvalid');
  });

  test('each registration of an address is activated by its own code, with its own password', async () => {
    const victim = { ...person(), password: 'the victims password 1' };
    const attacker = { ...person(), email: victim.email, password: 'the attackers password 2' };
    assert.equal(await register(victim), 'RegisterSuccess');
    const victimsCode = await readCode(network, victim.email);
    assert.equal(await register({ ...attacker, handle: victim.handle }), 'HandleTaken');
    assert.equal(await register(attacker), 'RegisterSuccess');
    const attackersCode = await readCode(network, victim.email, 2);
    const signedIn = await verify(victim.email, victimsCode);
    assert.equal(signedIn.viewer.user.handle, victim.handle);
    assert.equal((await verify(victim.email, attackersCode)).__typename, 'CodeInvalid');
    for (const name of [victim.email, victim.handle, attacker.handle])
      assert.equal((await tryLogin(name, attacker.password)).__typename, 'CredentialsInvalid', name);
    assert.equal((await tryLogin(victim.email, victim.password)).__typename, 'SignedIn');
    assert.equal(
      await register({ ...person(), handle: attacker.handle, password: 'the third password 3' }),
      'RegisterSuccess',
    );
  });

  test('while strangers wait under an address, only the password gets a further code', async () => {
    const victim = { ...person(), password: 'the victims password 1' };
    const attacker = { ...person(), email: victim.email, password: 'the attackers password 2' };
    await register(victim);
    await readCode(network, victim.email);
    await register(attacker);
    const attackersCode = await readCode(network, victim.email, 2);
    await requestData(
      url,
      'mutation($email: EmailAddress!) { resendEmailVerification(email: $email) { accepted } }',
      { variables: { email: victim.email } },
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(
      await readCode(network, victim.email),
      attackersCode,
      'a code of nobody knows whom was sent',
    );
    assert.equal((await tryLogin(victim.email, victim.password)).__typename, 'EmailNotVerified');
    const signedIn = await verify(victim.email, await readCode(network, victim.email, 3));
    assert.equal(signedIn.viewer.user.handle, victim.handle);
  });

  test('who registers again with the same password keeps the handle, and resending works', async () => {
    const owner = { ...person(), password: 'the owners password 1' };
    await register(owner);
    const first = await readCode(network, owner.email);
    assert.equal(await register({ ...owner, displayName: 'Renamed' }), 'RegisterSuccess');
    await readCode(network, owner.email, 2);
    await requestData(
      url,
      'mutation($email: EmailAddress!) { resendEmailVerification(email: $email) { accepted } }',
      { variables: { email: owner.email } },
    );
    const last = await readCode(network, owner.email, 3);
    assert.equal((await verify(owner.email, first)).__typename, 'CodeInvalid');
    assert.equal((await verify(owner.email, last)).viewer.user.displayName, 'Renamed');
  });

  test('a wrong code counts as a try on every registration of the address', async () => {
    const { email } = person();
    const codes: string[] = [];
    for (const count of [1, 2]) {
      await register({ ...person(), email, password: `correct horse ${randomUUID()}` });
      codes.push(await readCode(network, email, count));
    }
    const wrong = ['000000', '000001', '000002'].find((code) => !codes.includes(code)) ?? '';
    await Promise.all(Array.from({ length: 5 }, () => verify(email, wrong)));
    for (const code of codes) assert.equal((await verify(email, code)).__typename, 'CodeInvalid');
  });

  test('a sixth registration of an address takes the place of the oldest', async () => {
    const { email } = person();
    const codes: string[] = [];
    for (let count = 1; count <= 6; count += 1) {
      await register({ ...person(), email, password: `correct horse ${randomUUID()}` });
      codes.push(await readCode(network, email, count));
    }
    const [oldest = '', second = ''] = codes;
    assert.equal((await verify(email, oldest)).__typename, 'CodeInvalid');
    assert.equal((await verify(email, second)).__typename, 'SignedIn');
  });

  test("a code never activates what somebody else registered with the address after the owner's mails ran out", async () => {
    const owner = { ...person(), password: 'the owners password 1' };
    const thief = { ...person(), email: owner.email, password: 'the thiefs password 2' };
    // Nothing is mailed for these, but the address has one mail left in this hour.
    for (let n = 0; n < 5; n += 1)
      await requestData(
        url,
        'mutation($email: EmailAddress!) { requestPasswordReset(email: $email) { accepted } }',
        { variables: { email: owner.email } },
      );
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(await register(owner), 'RegisterSuccess');
    const code = await readCode(network, owner.email);
    assert.equal(await register(thief), 'RegisterSuccess', 'the answer tells that somebody waits');
    const signedIn = await verify(owner.email, code);
    assert.equal(signedIn.viewer.user.handle, owner.handle);
    assert.equal((await tryLogin(owner.email, thief.password)).__typename, 'CredentialsInvalid');
    assert.equal((await tryLogin(owner.email, owner.password)).__typename, 'SignedIn');
  });

  test('no answer tells whether an address has an account', async () => {
    const known = ada.email;
    const unknown = `${randomUUID()}@example.com`;
    const documents: [string, (email: string) => object][] = [
      [loginDocument, (identifier) => ({ input: { identifier, password: 'wrong password' } })],
      [
        'mutation($email: EmailAddress!) { resendEmailVerification(email: $email) { accepted } }',
        (email) => ({ email }),
      ],
      [
        'mutation($email: EmailAddress!) { requestPasswordReset(email: $email) { accepted } }',
        (email) => ({ email }),
      ],
      [
        'mutation($input: ResetPasswordInput!) { resetPassword(input: $input) { __typename ... on CodeInvalid { message code path attemptsLeft } } }',
        (email) => ({ input: { email, code: '000000', newPassword: 'another password 3' } }),
      ],
      [
        'mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename ... on CodeInvalid { message code path attemptsLeft } } }',
        (email) => ({ input: { email, code: '000000' } }),
      ],
      [registerDocument, (email) => ({ input: { ...person(), email, password: 'a fine password 4' } })],
    ];
    for (const [query, toVariables] of documents) {
      const [forKnown, forUnknown] = await Promise.all(
        [known, unknown].map((email) => request(url, query, { variables: { ...toVariables(email) } })),
      );
      assert.deepEqual(forKnown, forUnknown, query);
      assert.deepEqual(forKnown?.errors, [], query);
    }
  });
});

function person() {
  const handle = `p_${randomUUID().slice(0, 8)}`;
  return { handle, displayName: 'Somebody', email: `${handle}@example.com` };
}

async function register(input: object): Promise<string> {
  const { register: registered } = await requestData<{ register: { __typename: string } }>(
    url,
    registerDocument,
    {
      variables: { input },
    },
  );
  return registered.__typename;
}

async function verify(email: string, code: string): Promise<SignedIn> {
  const { verifyEmail } = await requestData<{ verifyEmail: SignedIn }>(url, verifyDocument, {
    variables: { input: { email, code } },
  });
  return verifyEmail;
}

async function tryLogin(identifier: string, password: string): Promise<SignedIn> {
  const variables = { input: { identifier, password } };
  return (await requestData<{ login: SignedIn }>(url, loginDocument, { variables })).login;
}

async function login(identifier: string, password: string): Promise<SignedIn> {
  const signedIn = await tryLogin(identifier, password);
  assert.equal(signedIn.__typename, 'SignedIn');
  canaries.add(signedIn.tokens.accessToken).add(signedIn.tokens.refreshToken);
  return signedIn;
}

async function refresh(token: string): Promise<SignedIn> {
  const { refreshToken } = await requestData<{ refreshToken: SignedIn }>(url, refreshDocument, {
    variables: { token },
  });
  return refreshToken;
}
