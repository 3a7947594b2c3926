/** HISTORY: conversations as one viewer sees them, with unread counts and the newest message, a whole page in one statement. Called over gRPC. */
import type { Pool } from 'pg';
import type { ConversationKind, MemberRole } from '#schema/generated/events.ts';
import type {
  Conversation,
  GetConversationsRequest,
  GetConversationsResponse,
  ListConversationsRequest,
  ListConversationsResponse,
} from '#schema/generated/message_store.ts';
import { query } from '../db/statements.ts';
import type { MessageRow } from '../message-row.ts';
import { messageColumns, toMessage } from '../message-row.ts';
import { pageSize } from './page-size.ts';

/** `of` says which memberships `m` and conversations `c`; everything else is looked up for those alone. */
function conversationsOf(of: string): string {
  return `WITH page AS MATERIALIZED (${of})
    SELECT c.id AS conversation_id_of_row, c.kind, c.title, c.topic, c.created_at_ms AS conversation_created_at_ms,
      c.last_seq, c.last_event_seq, c.last_activity_at_ms,
      m.user_id, m.role, m.joined_at_ms, m.read_seq, m.delivered_seq, m.muted_until_ms, m.archived_at_ms,
      (SELECT log_epoch FROM log_identity) AS log_epoch,
      (SELECT count(*) FROM mention WHERE user_id = m.user_id AND conversation_id = c.id AND seq > m.read_seq)
        AS mention_count,
      ${messageColumns('l')}
    FROM page
    JOIN conversation c ON c.id = page.conversation_id
    JOIN membership m ON m.conversation_id = page.conversation_id AND m.user_id = page.user_id
    LEFT JOIN message l ON l.conversation_id = c.id AND l.seq = c.last_seq`;
}

const getStatement = {
  name: 'get-conversations',
  text: conversationsOf(
    'SELECT conversation_id, user_id FROM membership WHERE user_id = $1 AND conversation_id = ANY($2::text[])',
  ),
};
const listStatement = {
  name: 'list-conversations',
  text: `${conversationsOf(`SELECT m.conversation_id, m.user_id FROM membership m
      JOIN conversation c ON c.id = m.conversation_id
      WHERE m.user_id = $1 AND (m.archived_at_ms IS NULL OR $2::boolean)
        AND ($3::bigint IS NULL OR (c.last_activity_at_ms, c.id) < ($3::bigint, $4::text COLLATE "C"))
      ORDER BY c.last_activity_at_ms DESC, c.id DESC LIMIT $5`)}
    ORDER BY c.last_activity_at_ms DESC, c.id DESC`,
};

type ConversationRow = {
  conversation_id_of_row: string;
  kind: ConversationKind;
  title: string | null;
  topic: string | null;
  conversation_created_at_ms: number;
  last_seq: number;
  last_event_seq: number;
  last_activity_at_ms: number;
  user_id: string;
  role: MemberRole;
  joined_at_ms: number;
  read_seq: number;
  delivered_seq: number;
  muted_until_ms: number | null;
  archived_at_ms: number | null;
  log_epoch: string;
  mention_count: number;
} & (MessageRow | { [Column in keyof MessageRow]: null });

/** Those of the ids in which the viewer is a member. */
export async function getConversations(
  pool: Pool,
  { viewerId, conversationIds }: GetConversationsRequest,
): Promise<GetConversationsResponse> {
  const rows = await query<ConversationRow>(pool, getStatement, [viewerId, conversationIds]);
  return { conversations: rows.map(toConversation) };
}

/** The viewer's, latest activity first. A conversation that becomes active while a reader pages moves to the front. */
export async function listConversations(
  pool: Pool,
  request: ListConversationsRequest,
): Promise<ListConversationsResponse> {
  const first = pageSize(request.first);
  const { viewerId, includeArchived, after } = request;
  const rows = await query<ConversationRow>(pool, listStatement, [
    viewerId,
    includeArchived,
    after?.lastActivityAtMs ?? null,
    after?.conversationId ?? null,
    first + 1,
  ]);
  return { conversations: rows.slice(0, first).map(toConversation), hasMore: rows.length > first };
}

function toConversation(row: ConversationRow): Conversation {
  return {
    id: row.conversation_id_of_row,
    kind: row.kind,
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.topic === null ? {} : { topic: row.topic }),
    createdAtMs: row.conversation_created_at_ms,
    lastSeq: row.last_seq,
    lastEventSeq: row.last_event_seq,
    logEpoch: row.log_epoch,
    viewerMembership: {
      userId: row.user_id,
      role: row.role,
      joinedAtMs: row.joined_at_ms,
      readSeq: row.read_seq,
      deliveredSeq: row.delivered_seq,
      ...(row.muted_until_ms === null ? {} : { mutedUntilMs: row.muted_until_ms }),
      ...(row.archived_at_ms === null ? {} : { archivedAtMs: row.archived_at_ms }),
    },
    viewerUnreadCount: row.last_seq - row.read_seq,
    viewerMentionCount: row.mention_count,
    ...(row.id === null ? {} : { lastMessage: toMessage(row) }),
    lastActivityAtMs: row.last_activity_at_ms,
  };
}
