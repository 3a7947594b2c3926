/**
 * Who is asking: read once per HTTP request (http.ts) and once per socket (websocket.ts) from the same token, with the same answer.
 * The token itself is passed on to subgraphs, which verify it again.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { OperationDefinitionNode } from 'graphql';
import type { TokenVerifier, TokenViewer } from '#platform/access-token.ts';
import { TokenRejected } from '#platform/access-token.ts';
import type { GatewayConfig } from './config.ts';
import type { Headers } from './traffic/header-rules.ts';

export type Identity =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'viewer'; readonly viewer: TokenViewer; readonly authorization: string }
  | { readonly kind: 'refused'; readonly reason: 'malformed' | 'invalid' | 'expired' | 'revoked' };

export interface Client {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Those of its request that HEADER_RULES may pass on; of a socket, those of the upgrade. */
  readonly headers: Headers;
}

/** What every operation at the gateway knows of its request; handed to the data sources. */
export interface GatewayContext {
  readonly identity: Identity;
  readonly client: Client;
}

export interface IdentityOptions {
  readonly verifier: TokenVerifier;
  readonly isRevoked: (sessionId: string) => boolean;
}

const userAgentCharsMax = 256;

/** The identity behind `Bearer <token>`. Rejects only when the keys can't be had. */
export async function identify(
  authorization: string | undefined,
  { verifier, isRevoked }: IdentityOptions,
): Promise<Identity> {
  if (authorization === undefined || authorization === '') return { kind: 'anonymous' };
  const [, token] = /^bearer ([^ ]+)$/i.exec(authorization) ?? [];
  if (token === undefined) return { kind: 'refused', reason: 'malformed' };
  try {
    const viewer = await verifier.verify(token);
    if (isRevoked(viewer.sessionId)) return { kind: 'refused', reason: 'revoked' };
    return { kind: 'viewer', viewer, authorization: `Bearer ${token}` };
  } catch (error) {
    if (error instanceof TokenRejected) return { kind: 'refused', reason: error.reason };
    throw error;
  }
}

const refusals = {
  malformed: 'The authorization is not of the form `Bearer <access token>`.',
  invalid: 'The access token is not valid; sign in again.',
  expired: 'The access token has expired; get a new one with refreshToken.',
  revoked: 'The session has ended; sign in again.',
} as const satisfies Record<Extract<Identity, { kind: 'refused' }>['reason'], string>;

/** Root fields by which people get tokens, so they make nothing of one. */
const tokenlessFields: ReadonlySet<string> = new Set([
  'register',
  'verifyEmail',
  'resendEmailVerification',
  'login',
  'refreshToken',
  'requestPasswordReset',
  'resetPassword',
]);

/** Does the operation consist of such fields only? */
export function isTokenless({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return (
    operation === 'mutation' &&
    selections.every((selection) => selection.kind === 'Field' && tokenlessFields.has(selection.name.value))
  );
}

/** What to tell a client whose token was refused. */
export function describeRefusal(reason: keyof typeof refusals): string {
  return refusals[reason];
}

/** The token text of a connection_init payload, as the usual clients send it: at the top or inside `headers`, in either case. */
export function readInitAuthorization(
  payload: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const headers = payload?.headers;
  const nested =
    typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : undefined;
  for (const source of [payload, nested]) {
    for (const name of ['authorization', 'Authorization']) {
      const value = source !== undefined && Object.hasOwn(source, name) ? source[name] : undefined;
      if (typeof value === 'string' && value !== '') return value;
    }
  }
  return undefined;
}

export type ClientConfig = Pick<GatewayConfig, 'trustProxy' | 'headerRules' | 'propagatedHeaderBytesMax'>;

/** Address and program of the client. X-Forwarded-For counts only behind a proxy of ours, and only its last entry. */
export function readClient(
  request: IncomingMessage,
  { trustProxy, headerRules, propagatedHeaderBytesMax }: ClientConfig,
): Client {
  const forwarded = request.headers['x-forwarded-for'];
  const chain = Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '');
  const last = trustProxy ? chain.split(',').at(-1)?.trim() : undefined;
  const ipAddress = last !== undefined && isIP(last) !== 0 ? last : (request.socket.remoteAddress ?? null);
  const userAgent = request.headers['user-agent']?.replace(/[^\x20-\x7e]/g, '?').slice(0, userAgentCharsMax);
  const headers = headerRules.pick(request.headers, propagatedHeaderBytesMax);
  return { ipAddress, userAgent: userAgent ?? null, headers };
}
