import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { SubgraphContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant in UTC, ISO 8601 with milliseconds, e.g. 2026-01-31T12:00:00.000Z. */
  DateTime: { input: Date; output: Date; }
  /** Opaque, versioned position in one conversation's event log. Read it, keep it, hand it back in `after:`. */
  EventCursor: { input: string; output: string; }
  /** Opaque, versioned position in everything that happens in all of the viewer's conversations. */
  InboxCursor: { input: string; output: string; }
  /** A UUID in its 36-character form. */
  UUID: { input: string; output: string; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** An answer that never tells whether an account exists. */
export type Accepted = {
  __typename?: 'Accepted';
  /** Always true. */
  accepted: Scalars['Boolean']['output'];
};

/** Who is added. */
export type AddMembersInput = {
  /** Id of the conversation; not a DIRECT one. */
  conversationId: Scalars['ID']['input'];
  /** What they may do; only an owner makes owners. */
  role?: MemberRole;
  /** At most 100. */
  userIds: Array<Scalars['ID']['input']>;
};

/** Outcome of addMembers. */
export type AddMembersResult = AddMembersSuccess | NotAMember | PermissionDenied | UserNotFound | ValidationFailed;

/** They are members. */
export type AddMembersSuccess = {
  __typename?: 'AddMembersSuccess';
  /** The conversation. */
  conversation: Conversation;
};

/** Replay is complete: from `cursor` on everything is live. Sent exactly once per subscription, also when nothing was replayed. */
export type CaughtUp = {
  __typename?: 'CaughtUp';
  /** Position now. */
  cursor: Scalars['EventCursor']['output'];
};

/** People who write to each other, and everything they wrote. */
export type Conversation = {
  __typename?: 'Conversation';
  /** Opaque and stable. */
  id: Scalars['ID']['output'];
};

/** Something that happened in a conversation. */
export type ConversationEvent = {
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
};

/** A page of events. */
export type ConversationEventConnection = {
  __typename?: 'ConversationEventConnection';
  /** The events with their positions. */
  edges: Array<ConversationEventEdge>;
  /** Where this page stands. */
  pageInfo: PageInfo;
};

/** An event in a list, with its position. */
export type ConversationEventEdge = {
  __typename?: 'ConversationEventEdge';
  /** Position of this event, for `after`. */
  cursor: Scalars['EventCursor']['output'];
  /** The event. */
  node: ConversationEvent;
};

/** How people come together. */
export type ConversationKind =
  /** Like GROUP, meant for many readers. */
  | 'CHANNEL'
  /** Two people; there is one such conversation for each two. */
  | 'DIRECT'
  /** People who were added. */
  | 'GROUP';

/** What conversationEvents delivers. */
export type ConversationStreamItem = CaughtUp | ConversationUpdated | MemberJoined | MemberLeft | MessageCreated | MessageDeleted | MessageUpdated | ReactionAdded | ReactionRemoved | ReadReceiptUpdated | ResyncRequired;

/** Title or topic changed. */
export type ConversationUpdated = ConversationEvent & {
  __typename?: 'ConversationUpdated';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** The title after it. */
  title?: Maybe<Scalars['String']['output']>;
  /** The topic after it. */
  topic?: Maybe<Scalars['String']['output']>;
};

/** Kind and people. */
export type CreateConversationInput = {
  /** Makes it safe to repeat: the same viewer and id give the same conversation. */
  clientConversationId?: InputMaybe<Scalars['UUID']['input']>;
  /** DIRECT wants exactly one other person. */
  kind: ConversationKind;
  /** The other people, at most 100. */
  memberIds: Array<Scalars['ID']['input']>;
  /** Its name, 1 to 100 characters; not for DIRECT. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** What it is about, at most 500 characters; not for DIRECT. */
  topic?: InputMaybe<Scalars['String']['input']>;
};

/** Outcome of createConversation. */
export type CreateConversationResult = CreateConversationSuccess | UserNotFound | ValidationFailed;

/** It is there. */
export type CreateConversationSuccess = {
  __typename?: 'CreateConversationSuccess';
  /** The conversation. */
  conversation: Conversation;
};

/** When sendMessage answers. */
export type Durability =
  /** Once Kafka holds it on enough brokers; message and cursor are null. The store decides later: it may still refuse a sender who is no member any more, a reply to nothing or a conflicting key, and then no one is told. */
  | 'ACCEPTED'
  /** Once Postgres has committed it. */
  | 'STORED';

/** Another text, reply or mentions were sent under this clientMessageId. */
export type IdempotencyConflict = MutationError & {
  __typename?: 'IdempotencyConflict';
  /** IDEMPOTENCY_CONFLICT. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The message that has it. */
  messageId: Scalars['ID']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Replay is complete: from `cursor` on everything is live. Sent exactly once per subscription. */
export type InboxCaughtUp = {
  __typename?: 'InboxCaughtUp';
  /** Position now. */
  cursor: Scalars['InboxCursor']['output'];
};

/** One event of one of the viewer's conversations; `cursor` resumes the whole inbox. */
export type InboxEvent = {
  __typename?: 'InboxEvent';
  /** Position of the whole inbox right after it. */
  cursor: Scalars['InboxCursor']['output'];
  /** The event. */
  event: ConversationEvent;
};

/** What inboxEvents delivers. */
export type InboxStreamItem = InboxCaughtUp | InboxEvent | ResyncRequired;

/** Outcome of leaveConversation. */
export type LeaveConversationResult = LeaveConversationSuccess | NotAMember;

/** The viewer is out. */
export type LeaveConversationSuccess = {
  __typename?: 'LeaveConversationSuccess';
  /** Id of the conversation. */
  conversationId: Scalars['ID']['output'];
};

/** Monotonic: a lower upToSeq than the stored one changes nothing. */
export type MarkReadInput = {
  /** Id of the conversation. */
  conversationId: Scalars['ID']['input'];
  /** Seq of the last message read; beyond the last message it means the last. */
  upToSeq: Scalars['Int']['input'];
};

/** Outcome of markRead. */
export type MarkReadResult = MarkReadSuccess | NotAMember | ValidationFailed;

/** It is read. */
export type MarkReadSuccess = {
  __typename?: 'MarkReadSuccess';
  /** The conversation. */
  conversation: Conversation;
};

/** Somebody became a member, or a member got another role. */
export type MemberJoined = ConversationEvent & {
  __typename?: 'MemberJoined';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** What they may do. */
  role: MemberRole;
  /** Who. */
  user: User;
};

/** Somebody left or was removed. */
export type MemberLeft = ConversationEvent & {
  __typename?: 'MemberLeft';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** Who. */
  user: User;
};

/** What a member may do. */
export type MemberRole =
  /** Add and remove members, change title and topic. */
  | 'ADMIN'
  /** Read and write. */
  | 'MEMBER'
  /** Everything. */
  | 'OWNER';

/** Something somebody wrote; inside an event, as it was when the event happened. */
export type Message = {
  __typename?: 'Message';
  /** The sender's own name for it. */
  clientMessageId: Scalars['UUID']['output'];
  /** Where it was written. */
  conversation: Conversation;
  /** When it was stored. */
  createdAt: Scalars['DateTime']['output'];
  /** When it was deleted. */
  deletedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When it was last edited. */
  editedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Opaque and stable. */
  id: Scalars['ID']['output'];
  /** The people it mentions. */
  mentions: Array<User>;
  /** Who wrote it; the account may be deactivated, never missing. */
  sender: User;
  /** Its number in the conversation: 1, 2, 3, … without a hole. */
  seq: Scalars['Int']['output'];
  /** What it says; null once deleted. */
  text?: Maybe<Scalars['String']['output']>;
  /** 1 when sent, one more with each edit. */
  version: Scalars['Int']['output'];
};

/** A message was sent. */
export type MessageCreated = ConversationEvent & {
  __typename?: 'MessageCreated';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** The message. */
  message: Message;
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
};

/** A message was deleted. */
export type MessageDeleted = ConversationEvent & {
  __typename?: 'MessageDeleted';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** Id of the message. */
  messageId: Scalars['ID']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** Seq of the message. */
  seq: Scalars['Int']['output'];
};

/** A message was edited. */
export type MessageUpdated = ConversationEvent & {
  __typename?: 'MessageUpdated';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** The message after it. */
  message: Message;
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
};

export type Mutation = {
  __typename?: 'Mutation';
  /** Adds people; those who are members already stay as they are. For owners and admins. */
  addMembers: AddMembersResult;
  /** Starts a conversation with these people. For DIRECT the same two people always get the same one. */
  createConversation: CreateConversationResult;
  /** The viewer leaves; nobody leaves a DIRECT conversation. When the last owner leaves, the oldest member becomes owner. */
  leaveConversation: LeaveConversationResult;
  /** Marks everything up to a message as read. */
  markRead: MarkReadResult;
  /** Removes a person; their open streams of it end within 5 s. For owners and admins; an owner is removed by nobody. */
  removeMember: RemoveMemberResult;
  /** Sends a message. Safe to repeat with the same clientMessageId. */
  sendMessage: SendMessageResult;
  /** Tells the others that the viewer is typing, or has stopped; forgotten after 6 s. */
  setTyping: Accepted;
  /** Changes title or topic. For owners and admins. */
  updateConversation: UpdateConversationResult;
};


export type MutationAddMembersArgs = {
  input: AddMembersInput;
};


export type MutationCreateConversationArgs = {
  input: CreateConversationInput;
};


export type MutationLeaveConversationArgs = {
  conversationId: Scalars['ID']['input'];
};


export type MutationMarkReadArgs = {
  input: MarkReadInput;
};


export type MutationRemoveMemberArgs = {
  input: RemoveMemberInput;
};


export type MutationSendMessageArgs = {
  input: SendMessageInput;
};


export type MutationSetTypingArgs = {
  conversationId: Scalars['ID']['input'];
  typing: Scalars['Boolean']['input'];
};


export type MutationUpdateConversationArgs = {
  input: UpdateConversationInput;
};

/** A failure the caller is expected to handle, returned as a member of the mutation's result union. */
export type MutationError = {
  /** For programs: one of the codes in docs/errors.md. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault, from the input object down. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** The viewer is not a member, or there is no such conversation. */
export type NotAMember = MutationError & {
  __typename?: 'NotAMember';
  /** NOT_A_MEMBER. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Where a page stands in its list. */
export type PageInfo = {
  __typename?: 'PageInfo';
  /** Cursor of the last item of this page. */
  endCursor?: Maybe<Scalars['String']['output']>;
  /** More items follow this page. */
  hasNextPage: Scalars['Boolean']['output'];
  /** Items precede this page. */
  hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first item of this page. */
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** The viewer's role does not allow it. */
export type PermissionDenied = MutationError & {
  __typename?: 'PermissionDenied';
  /** PERMISSION_DENIED. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};

/** Somebody came or went. */
export type PresenceEvent = {
  __typename?: 'PresenceEvent';
  /** When they were last there; null while they are, or when it is not known. */
  lastSeenAt?: Maybe<Scalars['DateTime']['output']>;
  /** Whether they are there. */
  status: PresenceStatus;
  /** Who. */
  user: User;
};

/** Whether somebody is there. */
export type PresenceStatus =
  /** Has a live connection, but is not at it. */
  | 'AWAY'
  /** Has none. */
  | 'OFFLINE'
  /** Has a live connection. */
  | 'ONLINE';

export type Query = {
  __typename?: 'Query';
  /** Polling twin of the subscription: events after a cursor, oldest first; without one from the oldest kept. */
  conversationEvents: ConversationEventConnection;
};


export type QueryConversationEventsArgs = {
  after?: InputMaybe<Scalars['EventCursor']['input']>;
  conversationId: Scalars['ID']['input'];
  first?: Scalars['Int']['input'];
};

/** Somebody reacted to a message. */
export type ReactionAdded = ConversationEvent & {
  __typename?: 'ReactionAdded';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** The emoji. */
  emoji: Scalars['String']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** Id of the message. */
  messageId: Scalars['ID']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** Who. */
  user: User;
};

/** Somebody took a reaction back. */
export type ReactionRemoved = ConversationEvent & {
  __typename?: 'ReactionRemoved';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** The emoji. */
  emoji: Scalars['String']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** Id of the message. */
  messageId: Scalars['ID']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** Who. */
  user: User;
};

/** Somebody read on. */
export type ReadReceiptUpdated = ConversationEvent & {
  __typename?: 'ReadReceiptUpdated';
  /** Where it happened. */
  conversation: Conversation;
  /** Position right after it. */
  cursor: Scalars['EventCursor']['output'];
  /** Its number in the conversation's event log: 1, 2, 3, … without a hole. */
  eventSeq: Scalars['Int']['output'];
  /** When it was stored. */
  occurredAt: Scalars['DateTime']['output'];
  /** Up to which seq. */
  readSeq: Scalars['Int']['output'];
  /** Who. */
  user: User;
};

/** Who is removed. */
export type RemoveMemberInput = {
  /** Id of the conversation. */
  conversationId: Scalars['ID']['input'];
  /** Id of the person. */
  userId: Scalars['ID']['input'];
};

/** Outcome of removeMember. */
export type RemoveMemberResult = NotAMember | PermissionDenied | RemoveMemberSuccess;

/** They are not a member. */
export type RemoveMemberSuccess = {
  __typename?: 'RemoveMemberSuccess';
  /** The conversation. */
  conversation: Conversation;
};

/** Why a position can't be continued. */
export type ResyncReason =
  /** Older than the events that are kept. */
  | 'CURSOR_EXPIRED'
  /** Of a log that was replaced. */
  | 'LOG_REPLACED'
  /** Too many events behind, or a hole that could not be closed. */
  | 'TOO_FAR_BEHIND';

/** The position can't be continued without a hole (too old, or of a log that no longer exists): reload, then subscribe without `after`. The stream ends. */
export type ResyncRequired = {
  __typename?: 'ResyncRequired';
  /** Why. */
  reason: ResyncReason;
};

/** (sender, conversation, clientMessageId) names one message for ever: repeating it returns that message, with another body it is a conflict. */
export type SendMessageInput = {
  /** The sender's own name for the message; keep it when repeating. */
  clientMessageId: Scalars['UUID']['input'];
  /** Id of the conversation. */
  conversationId: Scalars['ID']['input'];
  /** When to answer. */
  durability?: Durability;
  /** The people it mentions, at most 50; those who are not members are left out. */
  mentionUserIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Id of the message it answers, of the same conversation. */
  replyToId?: InputMaybe<Scalars['ID']['input']>;
  /** 1 byte to 16 KiB of UTF-8. */
  text: Scalars['String']['input'];
};

/** Outcome of sendMessage. */
export type SendMessageResult = IdempotencyConflict | NotAMember | SendMessageSuccess | ValidationFailed;

/** It is sent. */
export type SendMessageSuccess = {
  __typename?: 'SendMessageSuccess';
  /** Position right after it; null for ACCEPTED. */
  cursor?: Maybe<Scalars['EventCursor']['output']>;
  /** The message; null for ACCEPTED. */
  message?: Maybe<Message>;
  /** Its id, the same for every repeat. */
  messageId: Scalars['ID']['output'];
  /** Whether it had been stored by an earlier send. */
  replayed: Scalars['Boolean']['output'];
};

export type Subscription = {
  __typename?: 'Subscription';
  /** Replays every event after `after` (none when it is null), then CaughtUp, then live. Each eventSeq exactly once, in order, without a hole. */
  conversationEvents: ConversationStreamItem;
  /** The same for all of the viewer's conversations in one stream: what a client app keeps open. */
  inboxEvents: InboxStreamItem;
  /** Whether people are there; first as it is now, then each change. Ephemeral: may be lost, never stored. */
  presence: PresenceEvent;
  /** Who is typing in a conversation. Ephemeral: may be lost, never stored. */
  typing: TypingEvent;
};


export type SubscriptionConversationEventsArgs = {
  after?: InputMaybe<Scalars['EventCursor']['input']>;
  conversationId: Scalars['ID']['input'];
};


export type SubscriptionInboxEventsArgs = {
  after?: InputMaybe<Scalars['InboxCursor']['input']>;
};


export type SubscriptionPresenceArgs = {
  userIds: Array<Scalars['ID']['input']>;
};


export type SubscriptionTypingArgs = {
  conversationId: Scalars['ID']['input'];
};

/** Somebody started or stopped typing. */
export type TypingEvent = {
  __typename?: 'TypingEvent';
  /** Where. */
  conversationId: Scalars['ID']['output'];
  /** Whether they are typing. */
  typing: Scalars['Boolean']['output'];
  /** Who. */
  user: User;
};

/** What to change; absent fields stay as they are, an explicit null clears. */
export type UpdateConversationInput = {
  /** Id of the conversation. */
  conversationId: Scalars['ID']['input'];
  /** Its name, 1 to 100 characters. */
  title?: InputMaybe<Scalars['String']['input']>;
  /** What it is about, at most 500 characters. */
  topic?: InputMaybe<Scalars['String']['input']>;
};

/** Outcome of updateConversation. */
export type UpdateConversationResult = NotAMember | PermissionDenied | UpdateConversationSuccess | ValidationFailed;

/** It is changed. */
export type UpdateConversationSuccess = {
  __typename?: 'UpdateConversationSuccess';
  /** The conversation. */
  conversation: Conversation;
};

/** A person with an account, as everyone may see them. */
export type User = {
  __typename?: 'User';
  /** Opaque and stable. */
  id: Scalars['ID']['output'];
};

/** Some of the people have no account. */
export type UserNotFound = MutationError & {
  __typename?: 'UserNotFound';
  /** USER_NOT_FOUND. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
  /** Who. */
  userIds: Array<Scalars['ID']['output']>;
};

/** An input broke a rule; nothing was changed. */
export type ValidationFailed = MutationError & {
  __typename?: 'ValidationFailed';
  /** VALIDATION_FAILED. */
  code: Scalars['String']['output'];
  /** For people, in English. */
  message: Scalars['String']['output'];
  /** The input field at fault. */
  path?: Maybe<Array<Scalars['String']['output']>>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AddMembersResult:
    | ( AddMembersSuccess & { __typename: 'AddMembersSuccess' } )
    | ( NotAMember & { __typename: 'NotAMember' } )
    | ( PermissionDenied & { __typename: 'PermissionDenied' } )
    | ( UserNotFound & { __typename: 'UserNotFound' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  ConversationStreamItem:
    | ( CaughtUp & { __typename: 'CaughtUp' } )
    | ( ConversationUpdated & { __typename: 'ConversationUpdated' } )
    | ( MemberJoined & { __typename: 'MemberJoined' } )
    | ( MemberLeft & { __typename: 'MemberLeft' } )
    | ( MessageCreated & { __typename: 'MessageCreated' } )
    | ( MessageDeleted & { __typename: 'MessageDeleted' } )
    | ( MessageUpdated & { __typename: 'MessageUpdated' } )
    | ( ReactionAdded & { __typename: 'ReactionAdded' } )
    | ( ReactionRemoved & { __typename: 'ReactionRemoved' } )
    | ( ReadReceiptUpdated & { __typename: 'ReadReceiptUpdated' } )
    | ( ResyncRequired & { __typename: 'ResyncRequired' } )
  ;
  CreateConversationResult:
    | ( CreateConversationSuccess & { __typename: 'CreateConversationSuccess' } )
    | ( UserNotFound & { __typename: 'UserNotFound' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  InboxStreamItem:
    | ( InboxCaughtUp & { __typename: 'InboxCaughtUp' } )
    | ( Omit<InboxEvent, 'event'> & { event: _RefType['ConversationEvent'] } & { __typename: 'InboxEvent' } )
    | ( ResyncRequired & { __typename: 'ResyncRequired' } )
  ;
  LeaveConversationResult:
    | ( LeaveConversationSuccess & { __typename: 'LeaveConversationSuccess' } )
    | ( NotAMember & { __typename: 'NotAMember' } )
  ;
  MarkReadResult:
    | ( MarkReadSuccess & { __typename: 'MarkReadSuccess' } )
    | ( NotAMember & { __typename: 'NotAMember' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  RemoveMemberResult:
    | ( NotAMember & { __typename: 'NotAMember' } )
    | ( PermissionDenied & { __typename: 'PermissionDenied' } )
    | ( RemoveMemberSuccess & { __typename: 'RemoveMemberSuccess' } )
  ;
  SendMessageResult:
    | ( IdempotencyConflict & { __typename: 'IdempotencyConflict' } )
    | ( NotAMember & { __typename: 'NotAMember' } )
    | ( SendMessageSuccess & { __typename: 'SendMessageSuccess' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
  UpdateConversationResult:
    | ( NotAMember & { __typename: 'NotAMember' } )
    | ( PermissionDenied & { __typename: 'PermissionDenied' } )
    | ( UpdateConversationSuccess & { __typename: 'UpdateConversationSuccess' } )
    | ( ValidationFailed & { __typename: 'ValidationFailed' } )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  ConversationEvent:
    | ( ConversationUpdated )
    | ( MemberJoined )
    | ( MemberLeft )
    | ( MessageCreated )
    | ( MessageDeleted )
    | ( MessageUpdated )
    | ( ReactionAdded )
    | ( ReactionRemoved )
    | ( ReadReceiptUpdated )
  ;
  MutationError:
    | ( IdempotencyConflict )
    | ( NotAMember )
    | ( PermissionDenied )
    | ( UserNotFound )
    | ( ValidationFailed )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Accepted: ResolverTypeWrapper<Accepted>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  AddMembersInput: AddMembersInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  AddMembersResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AddMembersResult']>;
  AddMembersSuccess: ResolverTypeWrapper<AddMembersSuccess>;
  CaughtUp: ResolverTypeWrapper<CaughtUp>;
  Conversation: ResolverTypeWrapper<Conversation>;
  ConversationEvent: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['ConversationEvent']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  ConversationEventConnection: ResolverTypeWrapper<Omit<ConversationEventConnection, 'edges'> & { edges: Array<ResolversTypes['ConversationEventEdge']> }>;
  ConversationEventEdge: ResolverTypeWrapper<Omit<ConversationEventEdge, 'node'> & { node: ResolversTypes['ConversationEvent'] }>;
  ConversationKind: ConversationKind;
  ConversationStreamItem: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['ConversationStreamItem']>;
  ConversationUpdated: ResolverTypeWrapper<ConversationUpdated>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  CreateConversationInput: CreateConversationInput;
  CreateConversationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CreateConversationResult']>;
  CreateConversationSuccess: ResolverTypeWrapper<CreateConversationSuccess>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Durability: Durability;
  EventCursor: ResolverTypeWrapper<Scalars['EventCursor']['output']>;
  IdempotencyConflict: ResolverTypeWrapper<IdempotencyConflict>;
  InboxCaughtUp: ResolverTypeWrapper<InboxCaughtUp>;
  InboxCursor: ResolverTypeWrapper<Scalars['InboxCursor']['output']>;
  InboxEvent: ResolverTypeWrapper<Omit<InboxEvent, 'event'> & { event: ResolversTypes['ConversationEvent'] }>;
  InboxStreamItem: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['InboxStreamItem']>;
  LeaveConversationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['LeaveConversationResult']>;
  LeaveConversationSuccess: ResolverTypeWrapper<LeaveConversationSuccess>;
  MarkReadInput: MarkReadInput;
  MarkReadResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['MarkReadResult']>;
  MarkReadSuccess: ResolverTypeWrapper<MarkReadSuccess>;
  MemberJoined: ResolverTypeWrapper<MemberJoined>;
  MemberLeft: ResolverTypeWrapper<MemberLeft>;
  MemberRole: MemberRole;
  Message: ResolverTypeWrapper<Message>;
  MessageCreated: ResolverTypeWrapper<MessageCreated>;
  MessageDeleted: ResolverTypeWrapper<MessageDeleted>;
  MessageUpdated: ResolverTypeWrapper<MessageUpdated>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  MutationError: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['MutationError']>;
  NotAMember: ResolverTypeWrapper<NotAMember>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PermissionDenied: ResolverTypeWrapper<PermissionDenied>;
  PresenceEvent: ResolverTypeWrapper<PresenceEvent>;
  PresenceStatus: PresenceStatus;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ReactionAdded: ResolverTypeWrapper<ReactionAdded>;
  ReactionRemoved: ResolverTypeWrapper<ReactionRemoved>;
  ReadReceiptUpdated: ResolverTypeWrapper<ReadReceiptUpdated>;
  RemoveMemberInput: RemoveMemberInput;
  RemoveMemberResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['RemoveMemberResult']>;
  RemoveMemberSuccess: ResolverTypeWrapper<RemoveMemberSuccess>;
  ResyncReason: ResyncReason;
  ResyncRequired: ResolverTypeWrapper<ResyncRequired>;
  SendMessageInput: SendMessageInput;
  SendMessageResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SendMessageResult']>;
  SendMessageSuccess: ResolverTypeWrapper<SendMessageSuccess>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TypingEvent: ResolverTypeWrapper<TypingEvent>;
  UUID: ResolverTypeWrapper<Scalars['UUID']['output']>;
  UpdateConversationInput: UpdateConversationInput;
  UpdateConversationResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['UpdateConversationResult']>;
  UpdateConversationSuccess: ResolverTypeWrapper<UpdateConversationSuccess>;
  User: ResolverTypeWrapper<User>;
  UserNotFound: ResolverTypeWrapper<UserNotFound>;
  ValidationFailed: ResolverTypeWrapper<ValidationFailed>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Accepted: Accepted;
  Boolean: Scalars['Boolean']['output'];
  AddMembersInput: AddMembersInput;
  ID: Scalars['ID']['output'];
  AddMembersResult: ResolversUnionTypes<ResolversParentTypes>['AddMembersResult'];
  AddMembersSuccess: AddMembersSuccess;
  CaughtUp: CaughtUp;
  Conversation: Conversation;
  ConversationEvent: ResolversInterfaceTypes<ResolversParentTypes>['ConversationEvent'];
  Int: Scalars['Int']['output'];
  ConversationEventConnection: Omit<ConversationEventConnection, 'edges'> & { edges: Array<ResolversParentTypes['ConversationEventEdge']> };
  ConversationEventEdge: Omit<ConversationEventEdge, 'node'> & { node: ResolversParentTypes['ConversationEvent'] };
  ConversationStreamItem: ResolversUnionTypes<ResolversParentTypes>['ConversationStreamItem'];
  ConversationUpdated: ConversationUpdated;
  String: Scalars['String']['output'];
  CreateConversationInput: CreateConversationInput;
  CreateConversationResult: ResolversUnionTypes<ResolversParentTypes>['CreateConversationResult'];
  CreateConversationSuccess: CreateConversationSuccess;
  DateTime: Scalars['DateTime']['output'];
  EventCursor: Scalars['EventCursor']['output'];
  IdempotencyConflict: IdempotencyConflict;
  InboxCaughtUp: InboxCaughtUp;
  InboxCursor: Scalars['InboxCursor']['output'];
  InboxEvent: Omit<InboxEvent, 'event'> & { event: ResolversParentTypes['ConversationEvent'] };
  InboxStreamItem: ResolversUnionTypes<ResolversParentTypes>['InboxStreamItem'];
  LeaveConversationResult: ResolversUnionTypes<ResolversParentTypes>['LeaveConversationResult'];
  LeaveConversationSuccess: LeaveConversationSuccess;
  MarkReadInput: MarkReadInput;
  MarkReadResult: ResolversUnionTypes<ResolversParentTypes>['MarkReadResult'];
  MarkReadSuccess: MarkReadSuccess;
  MemberJoined: MemberJoined;
  MemberLeft: MemberLeft;
  Message: Message;
  MessageCreated: MessageCreated;
  MessageDeleted: MessageDeleted;
  MessageUpdated: MessageUpdated;
  Mutation: Record<PropertyKey, never>;
  MutationError: ResolversInterfaceTypes<ResolversParentTypes>['MutationError'];
  NotAMember: NotAMember;
  PageInfo: PageInfo;
  PermissionDenied: PermissionDenied;
  PresenceEvent: PresenceEvent;
  Query: Record<PropertyKey, never>;
  ReactionAdded: ReactionAdded;
  ReactionRemoved: ReactionRemoved;
  ReadReceiptUpdated: ReadReceiptUpdated;
  RemoveMemberInput: RemoveMemberInput;
  RemoveMemberResult: ResolversUnionTypes<ResolversParentTypes>['RemoveMemberResult'];
  RemoveMemberSuccess: RemoveMemberSuccess;
  ResyncRequired: ResyncRequired;
  SendMessageInput: SendMessageInput;
  SendMessageResult: ResolversUnionTypes<ResolversParentTypes>['SendMessageResult'];
  SendMessageSuccess: SendMessageSuccess;
  Subscription: Record<PropertyKey, never>;
  TypingEvent: TypingEvent;
  UUID: Scalars['UUID']['output'];
  UpdateConversationInput: UpdateConversationInput;
  UpdateConversationResult: ResolversUnionTypes<ResolversParentTypes>['UpdateConversationResult'];
  UpdateConversationSuccess: UpdateConversationSuccess;
  User: User;
  UserNotFound: UserNotFound;
  ValidationFailed: ValidationFailed;
};

export type AcceptedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Accepted'] = ResolversParentTypes['Accepted']> = {
  accepted?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AddMembersResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['AddMembersResult'] = ResolversParentTypes['AddMembersResult']> = {
  __resolveType: TypeResolveFn<'AddMembersSuccess' | 'NotAMember' | 'PermissionDenied' | 'UserNotFound' | 'ValidationFailed', ParentType, ContextType>;
};

export type AddMembersSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['AddMembersSuccess'] = ResolversParentTypes['AddMembersSuccess']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CaughtUpResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['CaughtUp'] = ResolversParentTypes['CaughtUp']> = {
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConversationResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Conversation'] = ResolversParentTypes['Conversation']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ConversationEventResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ConversationEvent'] = ResolversParentTypes['ConversationEvent']> = {
  __resolveType: TypeResolveFn<'ConversationUpdated' | 'MemberJoined' | 'MemberLeft' | 'MessageCreated' | 'MessageDeleted' | 'MessageUpdated' | 'ReactionAdded' | 'ReactionRemoved' | 'ReadReceiptUpdated', ParentType, ContextType>;
};

export type ConversationEventConnectionResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ConversationEventConnection'] = ResolversParentTypes['ConversationEventConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ConversationEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ConversationEventEdgeResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ConversationEventEdge'] = ResolversParentTypes['ConversationEventEdge']> = {
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ConversationEvent'], ParentType, ContextType>;
};

export type ConversationStreamItemResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ConversationStreamItem'] = ResolversParentTypes['ConversationStreamItem']> = {
  __resolveType: TypeResolveFn<'CaughtUp' | 'ConversationUpdated' | 'MemberJoined' | 'MemberLeft' | 'MessageCreated' | 'MessageDeleted' | 'MessageUpdated' | 'ReactionAdded' | 'ReactionRemoved' | 'ReadReceiptUpdated' | 'ResyncRequired', ParentType, ContextType>;
};

export type ConversationUpdatedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ConversationUpdated'] = ResolversParentTypes['ConversationUpdated']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  topic?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CreateConversationResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['CreateConversationResult'] = ResolversParentTypes['CreateConversationResult']> = {
  __resolveType: TypeResolveFn<'CreateConversationSuccess' | 'UserNotFound' | 'ValidationFailed', ParentType, ContextType>;
};

export type CreateConversationSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['CreateConversationSuccess'] = ResolversParentTypes['CreateConversationSuccess']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface EventCursorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['EventCursor'], any> {
  name: 'EventCursor';
}

export type IdempotencyConflictResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['IdempotencyConflict'] = ResolversParentTypes['IdempotencyConflict']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  messageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InboxCaughtUpResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['InboxCaughtUp'] = ResolversParentTypes['InboxCaughtUp']> = {
  cursor?: Resolver<ResolversTypes['InboxCursor'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface InboxCursorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['InboxCursor'], any> {
  name: 'InboxCursor';
}

export type InboxEventResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['InboxEvent'] = ResolversParentTypes['InboxEvent']> = {
  cursor?: Resolver<ResolversTypes['InboxCursor'], ParentType, ContextType>;
  event?: Resolver<ResolversTypes['ConversationEvent'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type InboxStreamItemResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['InboxStreamItem'] = ResolversParentTypes['InboxStreamItem']> = {
  __resolveType: TypeResolveFn<'InboxCaughtUp' | 'InboxEvent' | 'ResyncRequired', ParentType, ContextType>;
};

export type LeaveConversationResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['LeaveConversationResult'] = ResolversParentTypes['LeaveConversationResult']> = {
  __resolveType: TypeResolveFn<'LeaveConversationSuccess' | 'NotAMember', ParentType, ContextType>;
};

export type LeaveConversationSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['LeaveConversationSuccess'] = ResolversParentTypes['LeaveConversationSuccess']> = {
  conversationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MarkReadResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MarkReadResult'] = ResolversParentTypes['MarkReadResult']> = {
  __resolveType: TypeResolveFn<'MarkReadSuccess' | 'NotAMember' | 'ValidationFailed', ParentType, ContextType>;
};

export type MarkReadSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MarkReadSuccess'] = ResolversParentTypes['MarkReadSuccess']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MemberJoinedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MemberJoined'] = ResolversParentTypes['MemberJoined']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['MemberRole'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MemberLeftResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MemberLeft'] = ResolversParentTypes['MemberLeft']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  clientMessageId?: Resolver<ResolversTypes['UUID'], ParentType, ContextType>;
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  deletedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  editedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  mentions?: Resolver<Array<ResolversTypes['User']>, ParentType, ContextType>;
  sender?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MessageCreatedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MessageCreated'] = ResolversParentTypes['MessageCreated']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageDeletedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MessageDeleted'] = ResolversParentTypes['MessageDeleted']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  messageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageUpdatedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MessageUpdated'] = ResolversParentTypes['MessageUpdated']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  addMembers?: Resolver<ResolversTypes['AddMembersResult'], ParentType, ContextType, RequireFields<MutationAddMembersArgs, 'input'>>;
  createConversation?: Resolver<ResolversTypes['CreateConversationResult'], ParentType, ContextType, RequireFields<MutationCreateConversationArgs, 'input'>>;
  leaveConversation?: Resolver<ResolversTypes['LeaveConversationResult'], ParentType, ContextType, RequireFields<MutationLeaveConversationArgs, 'conversationId'>>;
  markRead?: Resolver<ResolversTypes['MarkReadResult'], ParentType, ContextType, RequireFields<MutationMarkReadArgs, 'input'>>;
  removeMember?: Resolver<ResolversTypes['RemoveMemberResult'], ParentType, ContextType, RequireFields<MutationRemoveMemberArgs, 'input'>>;
  sendMessage?: Resolver<ResolversTypes['SendMessageResult'], ParentType, ContextType, RequireFields<MutationSendMessageArgs, 'input'>>;
  setTyping?: Resolver<ResolversTypes['Accepted'], ParentType, ContextType, RequireFields<MutationSetTypingArgs, 'conversationId' | 'typing'>>;
  updateConversation?: Resolver<ResolversTypes['UpdateConversationResult'], ParentType, ContextType, RequireFields<MutationUpdateConversationArgs, 'input'>>;
};

export type MutationErrorResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['MutationError'] = ResolversParentTypes['MutationError']> = {
  __resolveType: TypeResolveFn<'IdempotencyConflict' | 'NotAMember' | 'PermissionDenied' | 'UserNotFound' | 'ValidationFailed', ParentType, ContextType>;
};

export type NotAMemberResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['NotAMember'] = ResolversParentTypes['NotAMember']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PermissionDeniedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['PermissionDenied'] = ResolversParentTypes['PermissionDenied']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PresenceEventResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['PresenceEvent'] = ResolversParentTypes['PresenceEvent']> = {
  lastSeenAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['PresenceStatus'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  conversationEvents?: Resolver<ResolversTypes['ConversationEventConnection'], ParentType, ContextType, RequireFields<QueryConversationEventsArgs, 'conversationId' | 'first'>>;
};

export type ReactionAddedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ReactionAdded'] = ResolversParentTypes['ReactionAdded']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  emoji?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  messageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReactionRemovedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ReactionRemoved'] = ResolversParentTypes['ReactionRemoved']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  emoji?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  messageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReadReceiptUpdatedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ReadReceiptUpdated'] = ResolversParentTypes['ReadReceiptUpdated']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['EventCursor'], ParentType, ContextType>;
  eventSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  readSeq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RemoveMemberResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RemoveMemberResult'] = ResolversParentTypes['RemoveMemberResult']> = {
  __resolveType: TypeResolveFn<'NotAMember' | 'PermissionDenied' | 'RemoveMemberSuccess', ParentType, ContextType>;
};

export type RemoveMemberSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['RemoveMemberSuccess'] = ResolversParentTypes['RemoveMemberSuccess']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ResyncRequiredResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ResyncRequired'] = ResolversParentTypes['ResyncRequired']> = {
  reason?: Resolver<ResolversTypes['ResyncReason'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SendMessageResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['SendMessageResult'] = ResolversParentTypes['SendMessageResult']> = {
  __resolveType: TypeResolveFn<'IdempotencyConflict' | 'NotAMember' | 'SendMessageSuccess' | 'ValidationFailed', ParentType, ContextType>;
};

export type SendMessageSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['SendMessageSuccess'] = ResolversParentTypes['SendMessageSuccess']> = {
  cursor?: Resolver<Maybe<ResolversTypes['EventCursor']>, ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  messageId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  replayed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  conversationEvents?: SubscriptionResolver<ResolversTypes['ConversationStreamItem'], "conversationEvents", ParentType, ContextType, RequireFields<SubscriptionConversationEventsArgs, 'conversationId'>>;
  inboxEvents?: SubscriptionResolver<ResolversTypes['InboxStreamItem'], "inboxEvents", ParentType, ContextType, Partial<SubscriptionInboxEventsArgs>>;
  presence?: SubscriptionResolver<ResolversTypes['PresenceEvent'], "presence", ParentType, ContextType, RequireFields<SubscriptionPresenceArgs, 'userIds'>>;
  typing?: SubscriptionResolver<ResolversTypes['TypingEvent'], "typing", ParentType, ContextType, RequireFields<SubscriptionTypingArgs, 'conversationId'>>;
};

export type TypingEventResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['TypingEvent'] = ResolversParentTypes['TypingEvent']> = {
  conversationId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  typing?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export interface UuidScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['UUID'], any> {
  name: 'UUID';
}

export type UpdateConversationResultResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UpdateConversationResult'] = ResolversParentTypes['UpdateConversationResult']> = {
  __resolveType: TypeResolveFn<'NotAMember' | 'PermissionDenied' | 'UpdateConversationSuccess' | 'ValidationFailed', ParentType, ContextType>;
};

export type UpdateConversationSuccessResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UpdateConversationSuccess'] = ResolversParentTypes['UpdateConversationSuccess']> = {
  conversation?: Resolver<ResolversTypes['Conversation'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type UserNotFoundResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['UserNotFound'] = ResolversParentTypes['UserNotFound']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  userIds?: Resolver<Array<ResolversTypes['ID']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ValidationFailedResolvers<ContextType = SubgraphContext, ParentType extends ResolversParentTypes['ValidationFailed'] = ResolversParentTypes['ValidationFailed']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type Resolvers<ContextType = SubgraphContext> = {
  Accepted?: AcceptedResolvers<ContextType>;
  AddMembersResult?: AddMembersResultResolvers<ContextType>;
  AddMembersSuccess?: AddMembersSuccessResolvers<ContextType>;
  CaughtUp?: CaughtUpResolvers<ContextType>;
  Conversation?: ConversationResolvers<ContextType>;
  ConversationEvent?: ConversationEventResolvers<ContextType>;
  ConversationEventConnection?: ConversationEventConnectionResolvers<ContextType>;
  ConversationEventEdge?: ConversationEventEdgeResolvers<ContextType>;
  ConversationStreamItem?: ConversationStreamItemResolvers<ContextType>;
  ConversationUpdated?: ConversationUpdatedResolvers<ContextType>;
  CreateConversationResult?: CreateConversationResultResolvers<ContextType>;
  CreateConversationSuccess?: CreateConversationSuccessResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  EventCursor?: GraphQLScalarType;
  IdempotencyConflict?: IdempotencyConflictResolvers<ContextType>;
  InboxCaughtUp?: InboxCaughtUpResolvers<ContextType>;
  InboxCursor?: GraphQLScalarType;
  InboxEvent?: InboxEventResolvers<ContextType>;
  InboxStreamItem?: InboxStreamItemResolvers<ContextType>;
  LeaveConversationResult?: LeaveConversationResultResolvers<ContextType>;
  LeaveConversationSuccess?: LeaveConversationSuccessResolvers<ContextType>;
  MarkReadResult?: MarkReadResultResolvers<ContextType>;
  MarkReadSuccess?: MarkReadSuccessResolvers<ContextType>;
  MemberJoined?: MemberJoinedResolvers<ContextType>;
  MemberLeft?: MemberLeftResolvers<ContextType>;
  Message?: MessageResolvers<ContextType>;
  MessageCreated?: MessageCreatedResolvers<ContextType>;
  MessageDeleted?: MessageDeletedResolvers<ContextType>;
  MessageUpdated?: MessageUpdatedResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  MutationError?: MutationErrorResolvers<ContextType>;
  NotAMember?: NotAMemberResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PermissionDenied?: PermissionDeniedResolvers<ContextType>;
  PresenceEvent?: PresenceEventResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  ReactionAdded?: ReactionAddedResolvers<ContextType>;
  ReactionRemoved?: ReactionRemovedResolvers<ContextType>;
  ReadReceiptUpdated?: ReadReceiptUpdatedResolvers<ContextType>;
  RemoveMemberResult?: RemoveMemberResultResolvers<ContextType>;
  RemoveMemberSuccess?: RemoveMemberSuccessResolvers<ContextType>;
  ResyncRequired?: ResyncRequiredResolvers<ContextType>;
  SendMessageResult?: SendMessageResultResolvers<ContextType>;
  SendMessageSuccess?: SendMessageSuccessResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TypingEvent?: TypingEventResolvers<ContextType>;
  UUID?: GraphQLScalarType;
  UpdateConversationResult?: UpdateConversationResultResolvers<ContextType>;
  UpdateConversationSuccess?: UpdateConversationSuccessResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserNotFound?: UserNotFoundResolvers<ContextType>;
  ValidationFailed?: ValidationFailedResolvers<ContextType>;
};

