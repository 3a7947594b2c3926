/** Writes what a batch changed: at most one statement a table, each with all its rows. Called by append.ts. */
import type { PoolClient } from 'pg';
import { ChatEvent, CommandOutcome } from '#schema/generated/events.ts';
import type { Statement } from '../db/statements.ts';
import { execute, RowsExist } from '../db/statements.ts';
import type { BatchChanges, ConversationState } from '../decide/state.ts';

/** Throws RowsExist when a row is there already that the state did not show: decide again on what is true now. */
export async function writeChanges(
  client: PoolClient,
  changes: BatchChanges,
  clock: { loggedAtMs: number; nowMs: number },
): Promise<void> {
  await writeConversations(client, changes);
  await writeMemberships(client, changes);
  await writePeriods(client, changes);
  await writeMessages(client, changes);
  await writeEvents(client, changes, clock.loggedAtMs);
  await writeHandled(client, changes, clock.nowMs);
}

const createStatement = {
  name: 'append-create-conversations',
  text: `INSERT INTO conversation (id, kind, title, topic, partition, last_seq, last_event_seq, last_log_seq,
      last_activity_at_ms, created_at_ms)
    SELECT * FROM unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[],
      $8::bigint[], $9::bigint[], $10::bigint[])
    ON CONFLICT DO NOTHING`,
};
const updateStatement = {
  name: 'append-update-conversations',
  text: `UPDATE conversation c SET title = n.title, topic = n.topic, last_seq = n.last_seq,
      last_event_seq = n.last_event_seq, last_log_seq = n.last_log_seq, last_activity_at_ms = n.last_activity_at_ms
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
      AS n (id, title, topic, last_seq, last_event_seq, last_log_seq, last_activity_at_ms)
    WHERE c.id = n.id`,
};

async function writeConversations(client: PoolClient, changes: BatchChanges): Promise<void> {
  // In the order of ids, like the locks, so that two batches that create the same conversations don't wait for each other in a ring.
  const created = [...changes.created].sort((a, b) => (a.id < b.id ? -1 : 1));
  await insert(client, createStatement, [
    created.map((row) => row.id),
    created.map((row) => row.kind),
    created.map((row) => row.title),
    created.map((row) => row.topic),
    created.map((row) => row.partition),
    created.map((row) => row.lastSeq),
    created.map((row) => row.lastEventSeq),
    created.map((row) => row.lastLogSeq),
    created.map((row) => row.lastActivityAtMs),
    created.map((row) => row.createdAtMs),
  ]);
  const updated: readonly ConversationState[] = [...changes.updated];
  if (updated.length === 0) return;
  await execute(client, updateStatement, [
    updated.map((row) => row.id),
    updated.map((row) => row.title),
    updated.map((row) => row.topic),
    updated.map((row) => row.lastSeq),
    updated.map((row) => row.lastEventSeq),
    updated.map((row) => row.lastLogSeq),
    updated.map((row) => row.lastActivityAtMs),
  ]);
}

const upsertMembersStatement = {
  name: 'append-upsert-members',
  text: `INSERT INTO membership AS m (conversation_id, user_id, role, joined_at_ms, joined_event_seq, read_seq, delivered_seq)
    SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
    ON CONFLICT (conversation_id, user_id) DO UPDATE SET role = excluded.role, joined_at_ms = excluded.joined_at_ms,
      joined_event_seq = excluded.joined_event_seq, read_seq = excluded.read_seq, delivered_seq = excluded.delivered_seq,
      muted_until_ms = CASE WHEN m.joined_event_seq = excluded.joined_event_seq THEN m.muted_until_ms END,
      archived_at_ms = CASE WHEN m.joined_event_seq = excluded.joined_event_seq THEN m.archived_at_ms END`,
};
const deleteMembersStatement = {
  name: 'append-delete-members',
  text: `DELETE FROM membership m USING unnest($1::text[], $2::text[]) AS gone (conversation_id, user_id)
    WHERE m.conversation_id = gone.conversation_id AND m.user_id = gone.user_id`,
};

async function writeMemberships(client: PoolClient, changes: BatchChanges): Promise<void> {
  const touched = [...changes.memberships.values()].map(({ conversation, userId }) => ({
    conversationId: conversation.id,
    userId,
    member: conversation.members.get(userId),
  }));
  const present = touched.flatMap(({ conversationId, member }) =>
    member === undefined ? [] : [{ conversationId, ...member }],
  );
  const gone = touched.filter(({ member }) => member === undefined);
  if (present.length > 0) {
    await execute(client, upsertMembersStatement, [
      present.map((row) => row.conversationId),
      present.map((row) => row.userId),
      present.map((row) => row.role),
      present.map((row) => row.joinedAtMs),
      present.map((row) => row.joinedEventSeq),
      present.map((row) => row.readSeq),
      present.map((row) => row.deliveredSeq),
    ]);
  }
  if (gone.length > 0) {
    await execute(client, deleteMembersStatement, [
      gone.map((row) => row.conversationId),
      gone.map((row) => row.userId),
    ]);
  }
}

const closePeriodsStatement = {
  name: 'append-close-periods',
  text: `UPDATE membership_period p SET left_event_seq = n.left_event_seq, left_log_seq = n.left_log_seq
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
      AS n (user_id, conversation_id, left_event_seq, left_log_seq)
    WHERE p.user_id = n.user_id AND p.conversation_id = n.conversation_id AND p.left_log_seq IS NULL`,
};
const openPeriodsStatement = {
  name: 'append-open-periods',
  text: `INSERT INTO membership_period (user_id, conversation_id, joined_event_seq, partition, joined_log_seq,
      left_event_seq, left_log_seq)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[], $7::bigint[])
    ON CONFLICT DO NOTHING`,
};

/** Closing comes first: the period of an earlier batch must be shut before a new one of the same person is open. */
async function writePeriods(client: PoolClient, { opened, closed, events }: BatchChanges): Promise<void> {
  if (closed.length > 0) {
    await execute(client, closePeriodsStatement, [
      closed.map((row) => row.userId),
      closed.map((row) => row.conversationId),
      closed.map((row) => row.end.eventSeq),
      closed.map((row) => row.end.logSeq),
    ]);
  }
  const partition = events[0]?.partition ?? null;
  await insert(client, openPeriodsStatement, [
    opened.map((row) => row.userId),
    opened.map((row) => row.conversationId),
    opened.map((row) => row.joinedEventSeq),
    opened.map(() => partition),
    opened.map((row) => row.joinedLogSeq),
    opened.map((row) => row.left?.eventSeq ?? null),
    opened.map((row) => row.left?.logSeq ?? null),
  ]);
}

const messagesStatement = {
  name: 'append-messages',
  text: `INSERT INTO message (conversation_id, seq, id, sender_id, client_message_id, text, reply_to_id, mention_user_ids,
      version, created_at_ms, body_hash, event_seq)
    SELECT conversation_id, seq, id, sender_id, client_message_id, text, reply_to_id, string_to_array(mentions, ','),
      version, created_at_ms, body_hash, event_seq
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::int[], $10::bigint[], $11::bytea[], $12::bigint[])
      AS n (conversation_id, seq, id, sender_id, client_message_id, text, reply_to_id, mentions,
        version, created_at_ms, body_hash, event_seq)
    ON CONFLICT DO NOTHING`,
};
const mentionsStatement = {
  name: 'append-mentions',
  text: `INSERT INTO mention (user_id, conversation_id, seq)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) ON CONFLICT DO NOTHING`,
};

async function writeMessages(client: PoolClient, { messages, mentions }: BatchChanges): Promise<void> {
  await insert(client, messagesStatement, [
    messages.map(({ message }) => message.conversationId),
    messages.map(({ message }) => message.seq),
    messages.map(({ message }) => message.id),
    messages.map(({ message }) => message.senderId),
    messages.map(({ message }) => message.clientMessageId),
    messages.map(({ message }) => message.text ?? null),
    messages.map(({ message }) => message.replyToId ?? null),
    // An array of arrays must be rectangular for unnest: user ids hold no comma.
    messages.map(({ message }) => message.mentionUserIds.join(',')),
    messages.map(({ message }) => message.version),
    messages.map(({ message }) => message.createdAtMs),
    messages.map(({ bodyHash }) => bodyHash),
    messages.map(({ eventSeq }) => eventSeq),
  ]);
  await insert(client, mentionsStatement, [
    mentions.map((row) => row.userId),
    mentions.map((row) => row.conversationId),
    mentions.map((row) => row.seq),
  ]);
}

const eventsStatement = {
  name: 'append-events',
  text: `INSERT INTO conversation_event (conversation_id, event_seq, logged_at_ms, partition, log_seq, event)
    SELECT conversation_id, event_seq, $1::bigint, $2::int, log_seq, event
    FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bytea[]) AS n (conversation_id, event_seq, log_seq, event)
    ON CONFLICT DO NOTHING`,
};

async function writeEvents(client: PoolClient, { events }: BatchChanges, loggedAtMs: number): Promise<void> {
  const partition = events[0]?.partition;
  if (partition === undefined) return;
  const written = await execute(client, eventsStatement, [
    loggedAtMs,
    partition,
    events.map((event) => event.conversationId),
    events.map((event) => event.eventSeq),
    events.map((event) => event.logSeq),
    events.map((event) => toBuffer(ChatEvent.encode(event).finish())),
  ]);
  if (written !== events.length) throw new RowsExist('an event with one of these numbers exists');
}

const handledStatement = {
  name: 'append-handled-commands',
  text: `INSERT INTO handled_command (conversation_id, command_id, outcome, handled_at_ms)
    SELECT conversation_id, command_id, outcome, $1::bigint
    FROM unnest($2::text[], $3::text[], $4::bytea[]) AS n (conversation_id, command_id, outcome)
    ON CONFLICT DO NOTHING`,
};

async function writeHandled(client: PoolClient, { handled }: BatchChanges, nowMs: number): Promise<void> {
  if (handled.length === 0) return;
  await execute(client, handledStatement, [
    nowMs,
    handled.map((row) => row.conversationId),
    handled.map((row) => row.commandId),
    handled.map(({ outcome }) =>
      outcome === null ? null : toBuffer(CommandOutcome.encode(outcome).finish()),
    ),
  ]);
}

/** All rows or RowsExist; `columns` are equally long, and nothing is sent when they are empty. */
async function insert(
  client: PoolClient,
  statement: Statement,
  columns: readonly (readonly unknown[])[],
): Promise<void> {
  const rows = columns[0]?.length ?? 0;
  if (rows === 0) return;
  const written = await execute(client, statement, columns);
  if (written !== rows) throw new RowsExist(`${statement.name}: ${rows - written} of ${rows} rows exist`);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
