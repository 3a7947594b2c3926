/**
 * The tables of message_storage as MikroORM sees them. Ids are text as they travel, times are Unix milliseconds, numbers are dense.
 * Made by db/migrations; reads of one table go through these, the write path and joins through db/statements.ts.
 */
import { defineEntity, p } from '@mikro-orm/postgresql';

const id = () => p.text().collation('C');
const number = () => p.bigint('number');

/** One row: which log this database belongs to. */
export const LogIdentity = defineEntity({
  name: 'LogIdentity',
  tableName: 'log_identity',
  properties: {
    id: p.smallint().primary(),
    /** Carried by cursors; a new one makes all of them end with LOG_REPLACED. */
    logEpoch: p.text(),
    /** Kafka's id of chat.commands; null until a partition was first acquired. */
    topicId: p.text().nullable(),
  },
});

export const Conversation = defineEntity({
  name: 'Conversation',
  tableName: 'conversation',
  properties: {
    id: id().primary(),
    kind: p.smallint(),
    title: p.text().nullable(),
    topic: p.text().nullable(),
    partition: p.integer(),
    lastSeq: number(),
    lastEventSeq: number(),
    lastLogSeq: number(),
    lastActivityAtMs: number(),
    createdAtMs: number(),
  },
});

/** Exists while somebody is a member. */
export const Membership = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  properties: {
    conversationId: id().primary(),
    userId: id().primary(),
    role: p.smallint(),
    joinedAtMs: number(),
    joinedEventSeq: number(),
    readSeq: number(),
    deliveredSeq: number(),
    mutedUntilMs: number().nullable(),
    archivedAtMs: number().nullable(),
  },
});

/** From the MemberJoined to the MemberLeft of one person, both included; stays for ever. */
export const MembershipPeriod = defineEntity({
  name: 'MembershipPeriod',
  tableName: 'membership_period',
  properties: {
    userId: id().primary(),
    conversationId: id().primary(),
    joinedEventSeq: number().primary(),
    partition: p.integer(),
    joinedLogSeq: number(),
    leftEventSeq: number().nullable(),
    leftLogSeq: number().nullable(),
  },
});

/** Hash-partitioned by conversation. */
export const Message = defineEntity({
  name: 'Message',
  tableName: 'message',
  properties: {
    conversationId: id().primary(),
    seq: number().primary(),
    id: id(),
    senderId: id(),
    clientMessageId: id(),
    text: p.text().nullable(),
    replyToId: id().nullable(),
    mentionUserIds: p.array(),
    version: p.integer(),
    createdAtMs: number(),
    editedAtMs: number().nullable(),
    deletedAtMs: number().nullable(),
    /** Of what was asked for, mentions of non-members included: two sends with one key are compared by it. */
    bodyHash: p.blob(),
    /** Number of its MessageCreated. */
    eventSeq: number(),
  },
});

export const Mention = defineEntity({
  name: 'Mention',
  tableName: 'mention',
  properties: { userId: id().primary(), conversationId: id().primary(), seq: number().primary() },
});

/** Range-partitioned by the time it was logged, so that retention drops partitions. */
export const ConversationEvent = defineEntity({
  name: 'ConversationEvent',
  tableName: 'conversation_event',
  properties: {
    conversationId: id().primary(),
    eventSeq: number().primary(),
    loggedAtMs: number().primary(),
    partition: p.integer(),
    logSeq: number(),
    /** A ChatEvent as it goes out. */
    event: p.blob(),
  },
});

/** Commands on people and titles, and sends that were refused, so that a repeated record has no other effect. */
export const HandledCommand = defineEntity({
  name: 'HandledCommand',
  tableName: 'handled_command',
  properties: {
    conversationId: id().primary(),
    commandId: id().primary(),
    /** A CommandOutcome; null when the command made events. */
    outcome: p.blob().nullable(),
    handledAtMs: number(),
  },
});

/** How far chat.commands has been applied, and by whom. */
export const PartitionProgress = defineEntity({
  name: 'PartitionProgress',
  tableName: 'partition_progress',
  properties: {
    topicId: id().primary(),
    partition: p.integer().primary(),
    nextOffset: number(),
    ownerEpoch: number(),
    /** The record that was applied last, to tell whether the log still holds it; null when that is not known. */
    lastRecordOffset: number().nullable(),
    lastRecordDigest: p.blob().nullable(),
  },
});

/** The numbers of one partition's events. */
export const PartitionLog = defineEntity({
  name: 'PartitionLog',
  tableName: 'partition_log',
  properties: {
    partition: p.integer().primary(),
    lastLogSeq: number(),
    /** First event that retention has kept. */
    firstLogSeq: number(),
    /** Never falls, whatever the clock does, so that dropped time partitions are always the log's beginning. */
    lastLoggedAtMs: number(),
  },
});

/** Records that could not be applied, for an operator to look at. */
export const DeadLetter = defineEntity({
  name: 'DeadLetter',
  tableName: 'dead_letter',
  properties: {
    topicId: id().primary(),
    partition: p.integer().primary(),
    recordOffset: number().primary(),
    key: p.blob(),
    /** The first bytes of it when it is too long. */
    value: p.blob(),
    valueBytes: p.integer(),
    reason: p.text(),
    storedAtMs: number(),
    /** When an operator put the record on chat.commands again, and where it stands there. */
    replayedAtMs: number().nullable(),
    replayedOffset: number().nullable(),
    /** When an operator decided that nothing is to be done about it, and why. */
    discardedAtMs: number().nullable(),
    discardReason: p.text().nullable(),
  },
});

export const entities = [
  LogIdentity,
  Conversation,
  Membership,
  MembershipPeriod,
  Message,
  Mention,
  ConversationEvent,
  HandledCommand,
  PartitionProgress,
  PartitionLog,
  DeadLetter,
];
