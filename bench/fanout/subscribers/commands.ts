/** What the benchmark asks of its load generator, and what it hears. Between subscribers.ts and process.ts. */
import type { Percentiles } from '../../percentiles.ts';

/** Subscriber n follows conversation n modulo their number. */
export interface Audience {
  readonly port: number;
  readonly subscribers: number;
  /** By conversation. */
  readonly paths: readonly string[];
  /** By conversation; empty where events come without being asked for. */
  readonly subscribePayloads: readonly object[];
  /** By person: payloads of connection_init, shared out among the subscribers of each conversation. */
  readonly initPayloads: readonly object[];
}

export interface Count {
  readonly atMs: number;
  /** Events received since `open`. */
  readonly deliveries: number;
}

export interface Difference {
  readonly missing: number;
  readonly surplus: number;
}

/** Command -> answer. */
export interface Commands {
  /** Answered when all subscribers are live. */
  open: [Audience, null];
  count: [null, Count];
  /** From now on the age of each event is kept. */
  startAges: [null, null];
  takeAges: [null, Percentiles];
  /** How far what came is from what was published, by conversation, since `open`. */
  compare: [readonly number[], Difference];
  close: [null, null];
}

export type CommandName = keyof Commands;

export interface Command {
  readonly name: CommandName;
  readonly input: unknown;
}

export type Report =
  | { readonly kind: 'answer'; readonly output: unknown }
  /** By conversation, how many events the subscriber that is furthest behind has. */
  | { readonly kind: 'progress'; readonly slowest: readonly number[] }
  | { readonly kind: 'failure'; readonly reason: string };
