/**
 * Access tokens: JWTs signed by auth (ES256, or HS256 with one shared secret) and verified by everyone else, once per request or socket.
 * jsonwebtoken alone accepts missing and absurd claims, other types and unknown critical headers; the checks here refuse them.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  KeyObject,
  randomUUID,
} from 'node:crypto';
import { createRemoteJWKSet } from 'jose';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import type { Viewer } from '#schema/context.ts';
import type { SessionId, UserId } from '#schema/ids.ts';
import { parseSessionId, parseUserId } from '#schema/ids.ts';

const tokenType = 'at+jwt';
const clockSkewMs = 30_000;
const tokenCharsMax = 4096;
/** Scopes, and policies, of one token. */
const grantsMax = 100;
const grantCharsMax = 256;

/** Why a token is refused; `expired` means a new one from refreshToken helps. */
export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';
  readonly reason: 'expired' | 'invalid';
  constructor(reason: 'expired' | 'invalid', options?: ErrorOptions) {
    super(reason === 'expired' ? 'The access token has expired.' : 'The access token is not valid.', options);
    this.reason = reason;
  }
}

export interface TokenSettings {
  /** How long a token lives. One that lives longer is refused: revocations are remembered no longer than this. */
  readonly accessTokenTtlMs: number;
  readonly jwtIssuer: string;
  readonly jwtAudience: string;
  readonly jwksUrl?: string | undefined;
  readonly jwtSecret?: string | undefined;
}

export interface TokenSigner {
  sign(session: { userId: UserId; sessionId: SessionId }): { accessToken: string; expiresAtMs: number };
  /** The public keys, for /.well-known/jwks.json; empty with a shared secret. */
  readonly jwks: { readonly keys: readonly object[] };
}

/** What a token says of its bearer. */
export interface TokenViewer extends Viewer {
  /** Words of the claim `scope` (RFC 8693, RFC 9068); none without it. */
  readonly scopes: ReadonlySet<string>;
  /** Items of the claim `policies`, a list of texts; none without it. */
  readonly policies: ReadonlySet<string>;
}

export interface TokenVerifier {
  /** The account behind the token; throws TokenRejected. */
  verify(accessToken: string): Promise<TokenViewer>;
}

/** Signs with the EC P-256 key (PEM), or with jwtSecret when there is no key. */
export function createTokenSigner(
  settings: TokenSettings & { readonly jwtPrivateKey?: string | undefined },
): TokenSigner {
  const { key, algorithm, jwks, keyId } = signingKey(settings);
  return {
    jwks,
    sign: ({ userId, sessionId }) => {
      const issuedAt = Math.floor(Date.now() / 1000);
      const expiresAt = issuedAt + Math.floor(settings.accessTokenTtlMs / 1000);
      const claims = {
        iss: settings.jwtIssuer,
        aud: settings.jwtAudience,
        sub: userId,
        sid: sessionId,
        jti: randomUUID(),
        iat: issuedAt,
        exp: expiresAt,
      };
      const accessToken = jwt.sign(claims, key, {
        algorithm,
        header: { alg: algorithm, typ: tokenType, kid: keyId },
      });
      return { accessToken, expiresAtMs: expiresAt * 1000 };
    },
  };
}

/** So long a token is not looked at again, so this is how long it outlives the key it was signed with. Sessions that end are seen at once, elsewhere. */
const verifiedMs = 30_000;
/** Of all tokens that are remembered. */
const verifiedCharsMax = 8 * 1024 * 1024;

/** Verifies with auth's published keys, or with jwtSecret. */
export function createTokenVerifier(settings: TokenSettings): TokenVerifier {
  const findKey =
    settings.jwtSecret === undefined ? publishedKeys(settings.jwksUrl ?? '') : sharedKey(settings.jwtSecret);
  const verified = new LRUCache<string, TokenViewer>({
    ttl: verifiedMs,
    maxSize: verifiedCharsMax,
    sizeCalculation: (_viewer, accessToken) => accessToken.length,
  });
  return {
    verify: async (accessToken) => {
      const known = verified.get(accessToken);
      if (known !== undefined) {
        if (known.expiresAtMs <= Date.now()) throw new TokenRejected('expired');
        return known;
      }
      const header = readHeader(accessToken);
      const { key, algorithm } = await findKey(header.kid);
      if (header.alg !== algorithm) throw new TokenRejected('invalid');
      const claims = verifySignature(accessToken, key, { algorithm, settings });
      const viewer = toViewer(claims, settings.accessTokenTtlMs);
      verified.set(accessToken, viewer);
      return viewer;
    },
  };
}

type Algorithm = 'ES256' | 'HS256';
type FindKey = (keyId: string) => Promise<{ key: KeyObject; algorithm: Algorithm }>;

function signingKey(settings: { jwtSecret?: string | undefined; jwtPrivateKey?: string | undefined }) {
  if (settings.jwtPrivateKey !== undefined) {
    const key = createPrivateKey(settings.jwtPrivateKey);
    const jwk = createPublicKey(key).export({ format: 'jwk' });
    const keyId = createHash('sha256')
      .update(JSON.stringify([jwk.crv, jwk.x, jwk.y]))
      .digest('base64url')
      .slice(0, 16);
    const jwks = { keys: [{ ...jwk, kid: keyId, alg: 'ES256', use: 'sig' }] };
    return { key, algorithm: 'ES256' as Algorithm, jwks, keyId };
  }
  const key = createSecretKey(Buffer.from(settings.jwtSecret ?? ''));
  return { key, algorithm: 'HS256' as Algorithm, jwks: { keys: [] }, keyId: 'shared' };
}

function sharedKey(secret: string): FindKey {
  const key = createSecretKey(Buffer.from(secret));
  return async () => ({ key, algorithm: 'HS256' });
}

/** jose fetches and caches the key set (30 s between refetches); its keys are kept as KeyObjects, which verify four times faster than PEM. */
function publishedKeys(url: string): FindKey {
  const findJwk = createRemoteJWKSet(new URL(url), { timeoutDuration: 2_000 });
  return async (kid) => {
    try {
      const key = await findJwk({ alg: 'ES256', kid });
      return { key: key instanceof KeyObject ? key : KeyObject.from(key), algorithm: 'ES256' };
    } catch (error) {
      const unknown = error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY';
      if (unknown) throw new TokenRejected('invalid', { cause: error });
      throw error;
    }
  };
}

/** The header, only in the exact form our signer writes: no duplicate keys, no `crit`, no key material. */
function readHeader(accessToken: string): { alg: string; kid: string } {
  const encoded = accessToken.slice(0, accessToken.indexOf('.'));
  if (accessToken.length > tokenCharsMax || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(accessToken))
    throw new TokenRejected('invalid');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  const match = /^\{"alg":"(ES256|HS256)","typ":"at\+jwt","kid":"([\w-]{1,64})"\}$/.exec(text);
  const [, alg, kid] = match ?? [];
  if (alg === undefined || kid === undefined) throw new TokenRejected('invalid');
  return { alg, kid };
}

function verifySignature(
  accessToken: string,
  key: KeyObject,
  { algorithm, settings }: { algorithm: Algorithm; settings: TokenSettings },
): jwt.JwtPayload {
  try {
    const claims = jwt.verify(accessToken, key, {
      algorithms: [algorithm],
      issuer: settings.jwtIssuer,
      audience: settings.jwtAudience,
      ignoreExpiration: true,
      ignoreNotBefore: true,
    });
    if (typeof claims === 'string' || claims.aud !== settings.jwtAudience) throw new TokenRejected('invalid');
    return claims;
  } catch (error) {
    throw error instanceof TokenRejected ? error : new TokenRejected('invalid', { cause: error });
  }
}

/** Every claim but `scope` and `policies` is required, all are of the right type and plausible. Expiry is judged last, so that only a sound token is called expired. */
function toViewer(claims: jwt.JwtPayload, lifeMsMax: number): TokenViewer {
  const userId = typeof claims.sub === 'string' ? parseUserId(claims.sub) : null;
  const sid: unknown = claims.sid;
  const sessionId = typeof sid === 'string' ? parseSessionId(sid) : null;
  const { jti, iat, exp, nbf } = claims;
  if (userId === null || sessionId === null || typeof jti !== 'string' || jti === '' || nbf !== undefined)
    throw new TokenRejected('invalid');
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) throw new TokenRejected('invalid');
  const issuedAtMs = Number(iat) * 1000;
  const expiresAtMs = Number(exp) * 1000;
  const nowMs = Date.now();
  if (issuedAtMs > nowMs + clockSkewMs || expiresAtMs <= issuedAtMs || expiresAtMs - issuedAtMs > lifeMsMax)
    throw new TokenRejected('invalid');
  const scopes = readScopes(claims.scope);
  const policies = readPolicies(claims.policies);
  if (expiresAtMs <= nowMs) throw new TokenRejected('expired');
  return { userId, sessionId, tokenId: jti, expiresAtMs, scopes, policies };
}

/** Scope tokens of RFC 6749 with single spaces between them. */
function readScopes(scope: unknown): ReadonlySet<string> {
  if (scope === undefined) return nothing;
  if (typeof scope !== 'string' || !/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope))
    throw new TokenRejected('invalid');
  return toGrants(scope.split(' '));
}

function readPolicies(policies: unknown): ReadonlySet<string> {
  if (policies === undefined) return nothing;
  if (!Array.isArray(policies)) throw new TokenRejected('invalid');
  return toGrants(policies);
}

function toGrants(names: readonly unknown[]): ReadonlySet<string> {
  const isName = (name: unknown) =>
    typeof name === 'string' && name.length > 0 && name.length <= grantCharsMax;
  if (names.length > grantsMax || !names.every(isName)) throw new TokenRejected('invalid');
  return new Set(names as readonly string[]);
}

const nothing: ReadonlySet<string> = new Set();
