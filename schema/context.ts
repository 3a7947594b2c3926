/** What every resolver of every subgraph knows about the request it serves. Made by platform/subgraph, typed into the resolvers by codegen. */
import type { SessionId, UserId } from './ids.ts';

/** The signed-in account behind a request, as its verified access token says. */
export interface Viewer {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly tokenId: string;
  /** When the access token ends, in Unix milliseconds. */
  readonly expiresAtMs: number;
}

export interface SubgraphContext {
  /** Null when the request came without an access token. */
  readonly viewer: Viewer | null;
  /** What the gateway says of the client; null where it is not known. */
  readonly client: { readonly ipAddress: string | null; readonly userAgent: string | null };
}
