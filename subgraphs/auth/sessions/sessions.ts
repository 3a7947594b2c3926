/**
 * Sessions and their tokens: started at sign-in, renewed by refresh tokens, found for the viewer. Called by
 * the resolvers; made by auth.ts; calls db/.
 */
import type { TokenSigner } from '#platform/access-token.ts';
import { unauthenticated } from '#platform/graphql-errors.ts';
import { requireViewer } from '#platform/subgraph/authenticate.ts';
import type { SubgraphContext } from '#schema/context.ts';
import type { SignedIn, Viewer } from '#schema/generated/auth_resolvers.ts';
import type { SessionId } from '#schema/ids.ts';
import { createSessionId } from '#schema/ids.ts';
import type { Account } from '../db/accounts.ts';
import { findAccount } from '../db/accounts.ts';
import type { Database, Transaction } from '../db/database.ts';
import { insertRefreshToken } from '../db/refresh-tokens.ts';
import type { Session } from '../db/sessions.ts';
import { endSessions, findLiveSession, insertSession, listSessions } from '../db/sessions.ts';
import { toViewer } from '../resolvers/viewer-view.ts';
import { createRefreshSecret, hashRefreshSecret } from './refresh-secret.ts';

const userAgentCharsMax = 256;
const ipAddressCharsMax = 64;

export interface SessionSettings {
  readonly ttlMs: number;
  readonly perAccountMax: number;
  readonly refreshGraceMs: number;
}

/** The viewer as the database knows them at this moment. */
export interface LiveViewer {
  readonly account: Account;
  readonly session: Session;
}

type Client = SubgraphContext['client'];

export interface Sessions {
  readonly settings: SessionSettings;
  /** Starts a session; lock the account first where its password has just been judged. */
  start(tx: Transaction, account: Account, client: Client): Promise<SignedIn>;
  /** Gives the session a next refresh token and the answer that carries it. */
  renew(tx: Transaction, live: LiveViewer, parentHash: string | null): Promise<SignedIn>;
  /** Throws UNAUTHENTICATED when nobody is signed in or the session has ended. */
  requireLive(context: SubgraphContext): Promise<LiveViewer>;
  /** What the viewer sees of the account; `current` is the session that asks. */
  view(tx: Transaction, account: Account, current: SessionId): Promise<Viewer>;
}

export function createSessions(database: Database, signer: TokenSigner, settings: SessionSettings): Sessions {
  async function view(tx: Transaction, account: Account, current: SessionId): Promise<Viewer> {
    return toViewer(account, await listSessions(tx, account.id), current);
  }

  async function renew(
    tx: Transaction,
    { account, session }: LiveViewer,
    parentHash: string | null,
  ): Promise<SignedIn> {
    const refreshToken = createRefreshSecret();
    const hash = hashRefreshSecret(refreshToken);
    if (hash === null) throw new Error('a refresh token of ours does not have the form of one');
    const createdAt = new Date();
    const kept = { hash, sessionId: session.id, parentHash, createdAt, usedAt: null, replacedAt: null };
    await insertRefreshToken(tx, kept);
    const { accessToken, expiresAtMs } = signer.sign({ userId: account.id, sessionId: session.id });
    return {
      tokens: {
        accessToken,
        accessTokenExpiresAt: new Date(expiresAtMs),
        refreshToken,
        refreshTokenExpiresAt: session.expiresAt,
      },
      viewer: await view(tx, account, session.id),
    };
  }

  return {
    settings,
    renew,
    view,
    async start(tx, account, client) {
      await makeRoom(tx, account, settings.perAccountMax);
      const session = createSession(account, client, settings.ttlMs);
      await insertSession(tx, session);
      return renew(tx, { account, session }, null);
    },
    async requireLive(context) {
      const { userId, sessionId } = requireViewer(context);
      const [account, session] = await database.read((tx) =>
        Promise.all([findAccount(tx, { id: userId }), findLiveSession(tx, sessionId, userId)]),
      );
      if (account === null || session === null) throw sessionEnded();
      return { account, session };
    },
  };
}

/** For a token that is good in itself. */
function sessionEnded(): Error {
  return unauthenticated('The session has ended; sign in again.');
}

/** What is kept of the client: bounded, and nothing that Postgres would refuse. */
export function describeClient({ userAgent, ipAddress }: Client): Pick<Session, 'userAgent' | 'ipAddress'> {
  return {
    userAgent: userAgent?.replaceAll('\0', '').slice(0, userAgentCharsMax) ?? null,
    ipAddress: ipAddress?.replaceAll('\0', '').slice(0, ipAddressCharsMax) ?? null,
  };
}

function createSession(account: Account, client: Client, ttlMs: number): Session {
  const now = new Date();
  return {
    id: createSessionId(),
    accountId: account.id,
    createdAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + ttlMs),
    revokedAt: null,
    ...describeClient(client),
  };
}

/** Ends the sessions that were not used for longest, so that a further one fits. */
async function makeRoom(tx: Transaction, account: Account, perAccountMax: number): Promise<void> {
  const live = await listSessions(tx, account.id);
  if (live.length < perAccountMax) return;
  const oldestFirst = live.toSorted((a, b) => a.lastSeenAt.getTime() - b.lastSeenAt.getTime());
  const surplus = oldestFirst.slice(0, live.length - perAccountMax + 1);
  await endSessions(tx, account.id, { only: surplus.map(({ id }) => id) });
}
