/**
 * What deciding needs to know and what it leaves behind: the part of the database that a batch of commands touches, as plain data.
 * Filled by append/load.ts, changed by apply.ts only, written back by append/write.ts.
 */
import type {
  ChatEvent,
  Command,
  CommandOutcome,
  ConversationKind,
  MemberRole,
  Message,
} from '#schema/generated/events.ts';

export type CommandBody = NonNullable<Command['body']>;
export type EventBody = NonNullable<ChatEvent['body']>;
export type OutcomeResult = NonNullable<CommandOutcome['result']>;

/** A command whose parts have been checked by append/decode-command.ts. */
export type ParsedCommand<Case extends CommandBody['$case'] = CommandBody['$case']> = Omit<
  Command,
  'body'
> & {
  readonly body: Extract<CommandBody, { $case: Case }>;
};

/** One stretch of somebody's membership that this batch opens. */
export interface OpenedPeriod {
  readonly conversationId: string;
  readonly userId: string;
  readonly joinedEventSeq: number;
  readonly joinedLogSeq: number;
  left: PeriodEnd | null;
}
export interface PeriodEnd {
  readonly eventSeq: number;
  readonly logSeq: number;
}

export interface MemberState {
  readonly userId: string;
  role: MemberRole;
  readonly joinedAtMs: number;
  readonly joinedEventSeq: number;
  readSeq: number;
  deliveredSeq: number;
  /** Null when the period began in an earlier batch. */
  readonly period: OpenedPeriod | null;
}

export interface ConversationState {
  readonly id: string;
  readonly kind: ConversationKind;
  readonly partition: number;
  readonly createdAtMs: number;
  title: string | null;
  topic: string | null;
  lastSeq: number;
  lastEventSeq: number;
  lastLogSeq: number;
  lastActivityAtMs: number;
  /**
   * The members this batch may ask about: everyone its commands name, and for leaving all owners and enough of the oldest members.
   * Of the people named, those who are not here are not members.
   */
  readonly members: Map<string, MemberState>;
}

export interface StoredMessage {
  readonly message: Message;
  readonly bodyHash: Buffer;
  /** Number of its MessageCreated. */
  readonly eventSeq: number;
}

/** What the batch has to write. */
export interface BatchChanges {
  readonly events: ChatEvent[];
  readonly messages: StoredMessage[];
  readonly mentions: { readonly userId: string; readonly conversationId: string; readonly seq: number }[];
  readonly created: Set<ConversationState>;
  readonly updated: Set<ConversationState>;
  /** Who to look up in their conversation's members: there means write, not there means delete. */
  readonly memberships: Map<string, { readonly conversation: ConversationState; readonly userId: string }>;
  readonly opened: OpenedPeriod[];
  /** Ends of periods that an earlier batch opened. */
  readonly closed: { readonly conversationId: string; readonly userId: string; readonly end: PeriodEnd }[];
  readonly handled: {
    readonly conversationId: string;
    readonly commandId: string;
    readonly outcome: CommandOutcome | null;
  }[];
}

export interface BatchState {
  readonly partition: number;
  /** The store's clock when the batch began: displayed, never compared. */
  readonly nowMs: number;
  lastLogSeq: number;
  readonly conversations: Map<string, ConversationState>;
  /** By messageKey, those that the batch's commands name. */
  readonly messages: Map<string, StoredMessage>;
  /** By pairKey of conversation and message id, those that replies name. */
  readonly messageIds: Set<string>;
  /** By pairKey of conversation and command id; null for a command that made events. */
  readonly handled: Map<string, CommandOutcome | null>;
  readonly changes: BatchChanges;
}

/** A state that knows nothing yet. */
export function createBatchState(at: { partition: number; nowMs: number; lastLogSeq: number }): BatchState {
  return {
    ...at,
    conversations: new Map(),
    messages: new Map(),
    messageIds: new Set(),
    handled: new Map(),
    changes: {
      events: [],
      messages: [],
      mentions: [],
      created: new Set(),
      updated: new Set(),
      memberships: new Map(),
      opened: [],
      closed: [],
      handled: [],
    },
  };
}

/** Key of two ids; ids hold no space. */
export function pairKey(conversationId: string, id: string): string {
  return `${conversationId} ${id}`;
}

/** Key of what names a message for ever. */
export function messageKey(of: {
  conversationId: string;
  senderId: string;
  clientMessageId: string;
}): string {
  return `${of.conversationId} ${of.senderId} ${of.clientMessageId}`;
}
