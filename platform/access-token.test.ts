/** Access tokens: ours are accepted, everything that jsonwebtoken alone would let through is refused. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSessionId, createUserId } from '#schema/ids.ts';
import { createTokenSigner, createTokenVerifier, TokenRejected } from './access-token.ts';

const settings = {
  jwtIssuer: 'messageme',
  jwtAudience: 'messageme',
  jwtSecret: 's'.repeat(32),
  accessTokenTtlMs: 60_000,
};
const verifier = createTokenVerifier(settings);
const session = { userId: createUserId(), sessionId: createSessionId() };
const nowS = Math.floor(Date.now() / 1000);
const claims = {
  iss: 'messageme',
  aud: 'messageme',
  sub: session.userId,
  sid: session.sessionId,
  jti: 'j',
  iat: nowS,
  exp: nowS + 60,
};
const header = { alg: 'HS256', typ: 'at+jwt', kid: 'shared' };

/** Signs whatever header and claims it is given with the right secret. */
function forge(headerText: string, payload: object): string {
  const signed = [headerText, JSON.stringify(payload)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', settings.jwtSecret).update(signed).digest('base64url')}`;
}

async function reasonOf(token: string): Promise<string> {
  try {
    await verifier.verify(token);
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof TokenRejected, String(error));
    return error.reason;
  }
}

test('a token of the signer is accepted and names its session', async () => {
  const { accessToken, expiresAtMs } = createTokenSigner(settings).sign(session);
  const viewer = await verifier.verify(accessToken);
  assert.equal(viewer.userId, session.userId);
  assert.equal(viewer.sessionId, session.sessionId);
  assert.equal(viewer.expiresAtMs, expiresAtMs);
});

test('a token that has been verified is refused once its time is over', async (t) => {
  const { accessToken } = createTokenSigner(settings).sign(session);
  assert.equal(await reasonOf(accessToken), 'accepted');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 61_000 });
  assert.equal(await reasonOf(accessToken), 'expired');
});

test('a hand-made token with all claims is accepted, so the refusals below are about what they change', async () => {
  assert.equal(await reasonOf(forge(JSON.stringify(header), claims)), 'accepted');
});

test('a sound token past its end is expired', async () => {
  assert.equal(
    await reasonOf(forge(JSON.stringify(header), { ...claims, iat: nowS - 120, exp: nowS - 60 })),
    'expired',
  );
});

const badClaims: Record<string, object> = {
  'no exp': { exp: undefined },
  'absurd exp': { exp: 1e300 },
  'text exp': { exp: String(nowS + 60) },
  'fractional exp': { exp: nowS + 60.5 },
  'exp before iat': { exp: nowS - 10, iat: nowS },
  'a second longer than tokens live here': { exp: nowS + 61 },
  'too long a life': { exp: nowS + 10 * 24 * 3600 },
  'iat tomorrow': { iat: nowS + 86_400, exp: nowS + 86_460 },
  'no iat': { iat: undefined },
  'not before': { nbf: nowS + 600 },
  'other issuer': { iss: 'evil' },
  'no issuer': { iss: undefined },
  'other audience': { aud: 'evil' },
  'audience list': { aud: ['messageme', 'evil'] },
  'no subject': { sub: undefined },
  'subject not an id': { sub: '__proto__' },
  'subject list': { sub: [session.userId] },
  'no session': { sid: undefined },
  'session not an id': { sid: session.userId },
  'no jti': { jti: undefined },
  'empty jti': { jti: '' },
  'scope list': { scope: ['read'] },
  'empty scope': { scope: '' },
  'scope with two spaces': { scope: 'read  write' },
  'scope that ends with a space': { scope: 'read ' },
  'scope with a line break': { scope: 'read\nwrite' },
  'scope with a quote': { scope: 'read"' },
  'null scope': { scope: null },
  'too many scopes': { scope: Array.from({ length: 101 }, (_, index) => `s${index}`).join(' ') },
  'too long a scope': { scope: 's'.repeat(257) },
  'policy text': { policies: 'admin' },
  'policies that are no texts': { policies: ['admin', 1] },
  'an empty policy': { policies: [''] },
  'nested policies': { policies: [['admin']] },
  'policies by name': { policies: { admin: true } },
  'too many policies': { policies: Array.from({ length: 101 }, (_, index) => `p${index}`) },
};
for (const [name, change] of Object.entries(badClaims)) {
  test(`claims: ${name} is refused`, async () => {
    assert.equal(await reasonOf(forge(JSON.stringify(header), { ...claims, ...change })), 'invalid');
  });
}

test('scopes and policies of a token are those of its claims, and none without them', async () => {
  const grantsOf = async (change: object) => {
    const { scopes, policies } = await verifier.verify(
      forge(JSON.stringify(header), { ...claims, ...change }),
    );
    return { scopes: [...scopes], policies: [...policies] };
  };
  assert.deepEqual(await grantsOf({}), { scopes: [], policies: [] });
  assert.deepEqual(await grantsOf({ scope: 'user:read https://api/x.write', policies: ['is admin'] }), {
    scopes: ['user:read', 'https://api/x.write'],
    policies: ['is admin'],
  });
});

const badHeaders: Record<string, string> = {
  none: '{"alg":"none","typ":"at+jwt","kid":"shared"}',
  None: '{"alg":"None","typ":"at+jwt","kid":"shared"}',
  'other algorithm': '{"alg":"HS512","typ":"at+jwt","kid":"shared"}',
  'asymmetric algorithm': '{"alg":"ES256","typ":"at+jwt","kid":"shared"}',
  'refresh type': '{"alg":"HS256","typ":"rt+jwt","kid":"shared"}',
  'plain JWT': '{"alg":"HS256","typ":"JWT","kid":"shared"}',
  crit: '{"alg":"HS256","typ":"at+jwt","kid":"shared","crit":["x"]}',
  b64: '{"alg":"HS256","typ":"at+jwt","kid":"shared","b64":false,"crit":["b64"]}',
  jwk: '{"alg":"HS256","typ":"at+jwt","kid":"shared","jwk":{"kty":"oct","k":"AA"}}',
  'twice alg': '{"alg":"none","alg":"HS256","typ":"at+jwt","kid":"shared"}',
  'no kid': '{"alg":"HS256","typ":"at+jwt"}',
  'not JSON': 'hello',
};
for (const [name, text] of Object.entries(badHeaders)) {
  test(`header: ${name} is refused`, async () => {
    assert.equal(await reasonOf(forge(text, claims)), 'invalid');
  });
}

test('an ES256 token verified against a shared secret is refused, and so is an empty signature', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signed = [JSON.stringify({ ...header, alg: 'ES256' }), JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(signed), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  }).toString('base64url');
  assert.equal(await reasonOf(`${signed}.${signature}`), 'invalid');
  assert.equal(
    await reasonOf(`${forge(JSON.stringify(header), claims).split('.').slice(0, 2).join('.')}.`),
    'invalid',
  );
});

test('no mutated or random text is accepted', async () => {
  const { accessToken } = createTokenSigner(settings).sign(session);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(accessToken.length - 2),
      fc.string({ minLength: 1, maxLength: 3 }),
      async (at, text) => {
        const mutated = accessToken.slice(0, at) + text + accessToken.slice(at + text.length);
        return (
          mutated === accessToken ||
          (await reasonOf(mutated)) !== 'accepted' ||
          sameBytes(mutated, accessToken)
        );
      },
    ),
    { numRuns: 1_000 },
  );
  await fc.assert(fc.asyncProperty(fc.string(), async (text) => (await reasonOf(text)) === 'invalid'));
});

/** Base64url leaves spare bits in a last character: such a text says the same bytes. */
function sameBytes(one: string, other: string): boolean {
  const bytes = (token: string) =>
    token
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'))
      .join('.');
  return bytes(one) === bytes(other);
}
