/** The contract's MessageStoreService on top of append/ and read/. Registered by store.ts; errors become statuses in errors.ts. */
import type { MikroORM } from '@mikro-orm/postgresql';
import type { ServiceImplementation } from 'nice-grpc';
import type { Pool } from 'pg';
import type { Logger } from '#platform/logger.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import { acquirePartition } from './append/acquire-partition.ts';
import { append } from './append/append.ts';
import { getConversations, listConversations } from './read/conversations.ts';
import { RawEventBatch } from './read/event-batches.ts';
import { listMembers } from './read/members.ts';
import { getMessages, listMessages } from './read/messages.ts';
import { readLog, replay } from './read/replay.ts';
import { replayInbox } from './read/replay-inbox.ts';
import { readConversationTop, readInboxTop, readRoute } from './read/tops.ts';

const { methods } = MessageStoreServiceDefinition;

/** The contract's definition, but stored events are passed on as the bytes they are. */
export const rawServiceDefinition = {
  ...MessageStoreServiceDefinition,
  methods: {
    ...methods,
    readLog: { ...methods.readLog, responseType: RawEventBatch },
    replay: { ...methods.replay, responseType: RawEventBatch },
    replayInbox: { ...methods.replayInbox, responseType: RawEventBatch },
  },
} as const;

export interface ServiceDependencies {
  readonly orm: MikroORM;
  /** Writing and reading have their own connections: history never keeps a message waiting. */
  readonly writePool: Pool;
  readonly readPool: Pool;
  readonly logger: Logger;
}

export function createMessageStoreService({
  orm,
  writePool,
  readPool,
  logger,
}: ServiceDependencies): ServiceImplementation<typeof rawServiceDefinition> {
  return {
    acquirePartition: (request) => acquirePartition(writePool, request),
    append: (request) => append({ pool: writePool, logger }, request),
    readLog: (request, { signal }) => readLog(readPool, request, signal),
    replay: (request, { signal }) => replay(readPool, request, signal),
    replayInbox: (request, { signal }) => replayInbox(readPool, request, signal),
    readConversationTop: (request) => readConversationTop(readPool, request),
    readInboxTop: (request) => readInboxTop(readPool, request),
    readRoute: (request) => readRoute(orm, request),
    getConversations: (request) => getConversations(readPool, request),
    listConversations: (request) => listConversations(readPool, request),
    getMessages: (request) => getMessages(readPool, request),
    listMessages: (request) => listMessages(readPool, request),
    listMembers: (request) => listMembers(orm, request),
  };
}
