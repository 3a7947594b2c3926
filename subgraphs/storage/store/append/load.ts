/**
 * Reads and locks what a batch of commands touches: a handful of statements, whatever the size of the batch. Called by append.ts.
 * The conversations are locked first, in the order of their ids, and everything else after that: at READ COMMITTED each later
 * statement sees all that earlier holders of the locks have committed, and nobody can change it before this transaction ends.
 */
import type { PoolClient } from 'pg';
import type { ConversationKind, MemberRole } from '#schema/generated/events.ts';
import { CommandOutcome } from '#schema/generated/events.ts';
import { query } from '../db/statements.ts';
import { isHandledOnce } from '../decide/decide.ts';
import type { BatchState, ParsedCommand } from '../decide/state.ts';
import { messageKey, pairKey } from '../decide/state.ts';
import type { MessageRow } from '../message-row.ts';
import { messageColumns, toMessage } from '../message-row.ts';

/** Fills the state with all that deciding these commands may ask for. */
export async function loadState(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  await lockConversations(client, state, commands);
  await loadMembers(client, state, commands);
  await loadSuccessors(client, state, commands);
  await loadMessages(client, state, commands);
  await loadRepliedTo(client, state, commands);
  await loadHandled(client, state, commands);
}

const lockStatement = {
  name: 'append-lock-conversations',
  text: `SELECT id, kind, title, topic, partition, last_seq, last_event_seq, last_log_seq, last_activity_at_ms, created_at_ms
    FROM conversation WHERE id = ANY($1::text[]) ORDER BY id FOR NO KEY UPDATE`,
};
interface ConversationRow {
  id: string;
  kind: ConversationKind;
  title: string | null;
  topic: string | null;
  partition: number;
  last_seq: number;
  last_event_seq: number;
  last_log_seq: number;
  last_activity_at_ms: number;
  created_at_ms: number;
}

async function lockConversations(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  const ids = [...new Set(commands.map(({ conversationId }) => conversationId))].sort();
  for (const row of await query<ConversationRow>(client, lockStatement, [ids])) {
    state.conversations.set(row.id, {
      id: row.id,
      kind: row.kind,
      partition: row.partition,
      createdAtMs: row.created_at_ms,
      title: row.title,
      topic: row.topic,
      lastSeq: row.last_seq,
      lastEventSeq: row.last_event_seq,
      lastLogSeq: row.last_log_seq,
      lastActivityAtMs: row.last_activity_at_ms,
      members: new Map(),
    });
  }
}

const memberColumns =
  'm.conversation_id, m.user_id, m.role, m.joined_at_ms, m.joined_event_seq, m.read_seq, m.delivered_seq';
const membersStatement = {
  name: 'append-members',
  text: `SELECT ${memberColumns} FROM unnest($1::text[], $2::text[]) AS named (conversation_id, user_id)
    JOIN membership m USING (conversation_id, user_id)`,
};
const successorsStatement = {
  name: 'append-successors',
  text: `SELECT DISTINCT ${memberColumns} FROM unnest($1::text[], $2::int[]) AS leaving (conversation_id, members_max)
    CROSS JOIN LATERAL (
      (SELECT * FROM membership WHERE conversation_id = leaving.conversation_id AND role = 1)
      UNION ALL
      (SELECT * FROM membership WHERE conversation_id = leaving.conversation_id
        ORDER BY joined_event_seq LIMIT leaving.members_max)
    ) m`,
};
interface MemberRow {
  conversation_id: string;
  user_id: string;
  role: MemberRole;
  joined_at_ms: number;
  joined_event_seq: number;
  read_seq: number;
  delivered_seq: number;
}

async function loadMembers(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  const pairs = new Map<string, readonly [string, string]>();
  for (const command of commands) {
    if (!state.conversations.has(command.conversationId)) continue;
    for (const userId of namedUsers(command)) {
      pairs.set(pairKey(command.conversationId, userId), [command.conversationId, userId]);
    }
  }
  if (pairs.size === 0) return;
  addMembers(state, await query<MemberRow>(client, membersStatement, toColumns(pairs.values())));
}

function namedUsers({ viewerId, body }: ParsedCommand): readonly string[] {
  switch (body.$case) {
    case 'sendMessage':
      return [viewerId, ...body.value.mentionUserIds];
    case 'addMembers':
      return [viewerId, ...body.value.userIds];
    case 'removeMember':
      return [viewerId, body.value.userId];
    default:
      return [viewerId];
  }
}

/**
 * All owners, and one more of the oldest members than can go in this batch: whoever goes before, the oldest of those who are then
 * left is among them.
 */
async function loadSuccessors(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  const goings = new Map<string, number>();
  for (const { conversationId, body } of commands) {
    if (body.$case !== 'leaveConversation' && body.$case !== 'removeMember') continue;
    if (state.conversations.has(conversationId))
      goings.set(conversationId, (goings.get(conversationId) ?? 1) + 1);
  }
  if (goings.size === 0) return;
  addMembers(state, await query<MemberRow>(client, successorsStatement, toColumns(goings.entries())));
}

function addMembers(state: BatchState, rows: readonly MemberRow[]): void {
  for (const row of rows) {
    state.conversations.get(row.conversation_id)?.members.set(row.user_id, {
      userId: row.user_id,
      role: row.role,
      joinedAtMs: row.joined_at_ms,
      joinedEventSeq: row.joined_event_seq,
      readSeq: row.read_seq,
      deliveredSeq: row.delivered_seq,
      period: null,
    });
  }
}

/**
 * Not prepared: planned each time, for about a millisecond. A plan made while a conversation's messages were few would go on looking
 * through all of them, by the index of their seqs, when they are many.
 */
const messagesStatement = {
  name: '',
  text: `SELECT ${messageColumns('m')}, m.body_hash, m.event_seq
    FROM unnest($1::text[], $2::text[], $3::text[]) AS named (conversation_id, sender_id, client_message_id)
    JOIN message m USING (conversation_id, sender_id, client_message_id)`,
};

async function loadMessages(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  const keys: (readonly [string, string, string])[] = [];
  for (const { conversationId, viewerId, body } of commands) {
    if (body.$case !== 'sendMessage' || !state.conversations.has(conversationId)) continue;
    keys.push([conversationId, viewerId, body.value.clientMessageId]);
  }
  if (keys.length === 0) return;
  const values = [0, 1, 2].map((column) => keys.map((key) => key[column]));
  type Row = MessageRow & { body_hash: Buffer; event_seq: number };
  for (const row of await query<Row>(client, messagesStatement, values)) {
    const message = toMessage(row);
    state.messages.set(messageKey(message), { message, bodyHash: row.body_hash, eventSeq: row.event_seq });
  }
}

const repliedToStatement = {
  name: '',
  text: `SELECT m.conversation_id, m.id FROM unnest($1::text[], $2::text[]) AS named (conversation_id, id)
    JOIN message m USING (conversation_id, id)`,
};

async function loadRepliedTo(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  const pairs: (readonly [string, string])[] = [];
  for (const { conversationId, body } of commands) {
    if (body.$case !== 'sendMessage' || body.value.replyToId === undefined) continue;
    pairs.push([conversationId, body.value.replyToId]);
  }
  if (pairs.length === 0) return;
  type Row = { conversation_id: string; id: string };
  for (const row of await query<Row>(client, repliedToStatement, toColumns(pairs))) {
    state.messageIds.add(pairKey(row.conversation_id, row.id));
  }
}

const handledStatement = {
  name: 'append-handled',
  text: `SELECT h.conversation_id, h.command_id, h.outcome
    FROM unnest($1::text[], $2::text[]) AS named (conversation_id, command_id)
    JOIN handled_command h USING (conversation_id, command_id)`,
};

async function loadHandled(
  client: PoolClient,
  state: BatchState,
  commands: readonly ParsedCommand[],
): Promise<void> {
  const pairs = commands
    .filter((command) => isHandledOnce(command))
    .map(({ conversationId, commandId }) => [conversationId, commandId] as const);
  if (pairs.length === 0) return;
  type Row = { conversation_id: string; command_id: string; outcome: Buffer | null };
  for (const row of await query<Row>(client, handledStatement, toColumns(pairs))) {
    const outcome = row.outcome === null ? null : CommandOutcome.decode(row.outcome);
    state.handled.set(pairKey(row.conversation_id, row.command_id), outcome);
  }
}

/** Pairs as the two arrays that unnest takes. */
function toColumns<A, B>(pairs: Iterable<readonly [A, B]>): [A[], B[]] {
  const columns: [A[], B[]] = [[], []];
  for (const [a, b] of pairs) {
    columns[0].push(a);
    columns[1].push(b);
  }
  return columns;
}
