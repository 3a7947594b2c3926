/** Commands as the chat subgraph would send them, and a worker that appends them. Called by tests/store/*.test.ts. */
import { randomUUID } from 'node:crypto';
import type { LogRecord } from '#schema/generated/events.ts';
import { Command, ConversationKind, MemberRole } from '#schema/generated/events.ts';
import type { CommandRecord } from '#schema/generated/message_store.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { createConversationId, deriveMessageId } from '#schema/ids.ts';
import type { StoreClient } from './store-under-test.ts';

export const topicId = '6f6f2d7c-0d6e-4c0a-9d64-6d2d1f0c6c11';

interface At {
  readonly viewerId: UserId;
  readonly conversationId: ConversationId;
}
type Body = NonNullable<Command['body']>;

/** A command of this body. */
export function toCommand({ viewerId, conversationId }: At, body: Body): Command {
  return { commandId: randomUUID(), viewerId, conversationId, issuedAtMs: Date.now(), body };
}

/** A new GROUP of these people, the viewer its owner. */
export function createGroup(
  viewerId: UserId,
  memberIds: readonly UserId[],
): Command & { conversationId: ConversationId } {
  const conversationId = createConversationId();
  const value = { kind: ConversationKind.GROUP, title: 'Group', memberIds: [...memberIds] };
  return {
    ...toCommand({ viewerId, conversationId }, { $case: 'createConversation', value }),
    conversationId,
  };
}

export interface SendOptions {
  readonly clientMessageId?: string;
  readonly replyToId?: string;
  readonly mentionUserIds?: readonly string[];
}

/** A message with a key of its own, or the given one. */
export function sendMessage(at: At, text: string, options: SendOptions = {}): Command {
  const clientMessageId = options.clientMessageId ?? randomUUID();
  const messageId = deriveMessageId(at.viewerId, at.conversationId, clientMessageId);
  const mentionUserIds = [...(options.mentionUserIds ?? [])];
  const { replyToId } = options;
  const value = {
    messageId,
    clientMessageId,
    text,
    mentionUserIds,
    ...(replyToId === undefined ? {} : { replyToId }),
  };
  return toCommand(at, { $case: 'sendMessage', value });
}

/** Plain members. */
export function addMembers(
  at: At,
  userIds: readonly string[],
  role: MemberRole = MemberRole.MEMBER,
): Command {
  return toCommand(at, { $case: 'addMembers', value: { userIds: [...userIds], role } });
}

/** The record a command travels in. */
export function toRecord(command: Command, offset: number): CommandRecord {
  const value = Buffer.from(Command.encode(command).finish());
  return { offset, key: Buffer.from(command.conversationId), value };
}

export interface TestWorker {
  readonly partition: number;
  ownerEpoch: number;
  nextOffset: number;
  /** Appends them as one batch. */
  append(...commands: readonly Command[]): Promise<LogRecord[]>;
  /** Appends records as they are; offsets go on from nextOffset. */
  appendRaw(records: readonly Pick<CommandRecord, 'key' | 'value'>[]): Promise<LogRecord[]>;
}

/** Acquires the partition. */
export async function startWorker(client: StoreClient, partition: number): Promise<TestWorker> {
  const { ownerEpoch, nextOffset } = await client.acquirePartition({ topicId, partition });
  const worker: TestWorker = {
    partition,
    ownerEpoch,
    nextOffset,
    append: (...commands) => worker.appendRaw(commands.map((command) => toRecord(command, 0))),
    async appendRaw(records) {
      const answer = await client.append({
        topicId,
        partition,
        ownerEpoch: worker.ownerEpoch,
        expectedOffset: worker.nextOffset,
        records: records.map((record, index) => ({ ...record, offset: worker.nextOffset + index })),
      });
      worker.nextOffset = answer.nextOffset;
      return answer.records;
    },
  };
  return worker;
}

/** In short what a record says: the kind of event, or of outcome with its code. */
export function nameOf({ record }: LogRecord): string {
  if (record?.$case === 'event') return record.value.body?.$case ?? 'no body';
  const result = record?.value.result;
  return result?.$case === 'rejected' ? `rejected ${result.value.code}` : (result?.$case ?? 'nothing');
}
