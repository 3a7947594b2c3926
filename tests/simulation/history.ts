/** What was seen in one run of the simulated world: what the clients were told, and what is stored at the end. Written by world.ts, judged by judge.ts. */
import type { ChatEvent } from '#schema/generated/events.ts';
import type { StreamItem } from '../../subgraphs/chat/live/event-stream.ts';
import type { Position } from '../../subgraphs/chat/live/position.ts';
import type { StoreTables } from './store-tables.ts';

/** What a client was told of one attempt to send. */
export type Answer =
  | {
      readonly kind: 'stored' | 'replayed';
      readonly seq: number;
      readonly text: string;
      readonly wasStored: boolean;
    }
  | { readonly kind: 'accepted' | 'conflict' | 'notAMember' }
  /** Surely not sent. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export interface Attempt {
  readonly senderId: string;
  readonly conversationId: string;
  readonly clientMessageId: string;
  readonly text: string;
  /** Counts what happens in the world: of two, the earlier one has the lower. */
  readonly startedTick: number;
  answer: Answer | null;
  answeredTick: number | null;
}

/** What the producer said of one record of chat.commands. */
export interface Produced {
  readonly partition: number;
  readonly value: Buffer;
  answer:
    | { readonly kind: 'acknowledged'; readonly offset: number }
    | { readonly kind: 'refused' | 'unknown' }
    | null;
}

export interface Cursor {
  readonly logEpoch: string;
  readonly position: Position;
}

export interface Arrival {
  readonly atMs: number;
  readonly item: StreamItem;
  /** For an event: whether the store held it by then. */
  readonly wasStored: boolean;
}

/** One subscription, from its start to its end. */
export interface Session {
  readonly openedAtMs: number;
  readonly after: Cursor | null;
  readonly arrivals: Arrival[];
  end: { readonly atMs: number; readonly code: string | null } | null;
}

export interface ReaderHistory {
  readonly name: string;
  readonly viewerId: string;
  /** Null: an inbox. */
  readonly conversationId: string | null;
  readonly sessions: Session[];
}

export interface History {
  readonly attempts: readonly Attempt[];
  readonly produced: readonly Produced[];
  readonly readers: readonly ReaderHistory[];
  readonly tables: StoreTables;
  /** Values of chat.commands, those of an earlier topic and those that were lost too. */
  readonly commands: readonly (readonly Buffer[])[];
  /** Values of chat.commands as it is in the end. */
  readonly standing: readonly Buffer[];
  /** Or has lost its end. */
  readonly isLogReplaced: boolean;
  readonly areEventsDropped: boolean;
  /** How often the store refused an earlier owner. */
  readonly fenced: number;
  /** What had not come to rest long after everything was healed. */
  readonly stuck: readonly string[];
}

/** Whether the store holds this very event. */
export function isStored(tables: StoreTables, event: ChatEvent): boolean {
  const stored = tables.partition(event.partition).events[event.logSeq - 1];
  return stored?.commandId === event.commandId && stored.eventSeq === event.eventSeq;
}
