/**
 * LIVE 2/2: one copy of a subgraph as upstream.ts sees it, whatever it speaks: graphql-transport-ws (upstream-connection.ts), server-sent events
 * (upstream-event-source.ts) or Apollo's HTTP callbacks (upstream-callback.ts).
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '#platform/logger.ts';
import type { UpstreamResult } from './execute-event.ts';

export interface UpstreamOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** `Bearer …` of the user, verified by the subgraph for each operation; empty when nobody is signed in. */
  readonly authorization: string;
}

/** Who an operation runs for. Hears any number of events, then exactly one of the others, unless it was stopped. */
export interface UpstreamTarget {
  complete(): void;
  /** The subgraph ended the operation. */
  error(errors: readonly GraphQLFormattedError[]): void;
  /** The copy could not be reached, or is gone, or silent for too long. */
  broken(): void;
}

export interface UpstreamCopyOptions<Target extends UpstreamTarget> {
  /** Name of the subgraph, for the log. */
  readonly name: string;
  /** Its /graphql, with http or https. */
  readonly url: string;
  readonly internalKey: string;
  /** One event, for everybody it is for. */
  /** `happenedAtMs`: when, since 1970, where the subgraph says so. */
  readonly onEvent: (targets: readonly Target[], event: UpstreamResult, happenedAtMs: number | null) => void;
  readonly logger: Logger;
}

export interface UpstreamCopy<Target extends UpstreamTarget> {
  /** Those that are open now. */
  readonly connections: number;
  /** Starts the operation; returns its id here. */
  subscribe(operation: UpstreamOperation, target: Target): string;
  /** Nothing is heard of it from now on. */
  stop(id: string): void;
  /** One more of its events has gone on to its client. The subgraph sends, or is read, only so far ahead of that. */
  noteTaken(id: string): void;
  /** Whoever runs there hears that it is broken. */
  dispose(): void;
}

/** Of one event. Many clients may share a connection, so what one of them asks for must never be what ends it. */
export const eventBytesMax = 16 * 1024 * 1024;
/** Of one operation, between the subgraph and the clients. */
export const eventsUnderWayMax = 100;
