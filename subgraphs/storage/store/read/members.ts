/** HISTORY: the members of a conversation in order of joining. Called over gRPC. */
import type { InferEntity, MikroORM } from '@mikro-orm/postgresql';
import type { MemberRole } from '#schema/generated/events.ts';
import type {
  ListMembersRequest,
  ListMembersResponse,
  Membership as MembershipMessage,
} from '#schema/generated/message_store.ts';
import { Membership, MembershipPeriod } from '../db/entities.ts';
import { InvalidRequest, NotVisible } from '../errors.ts';
import { pageSize } from './page-size.ts';

/** Throws NotVisible for a non-member, InvalidRequest when `after_user_id` never was a member. */
export async function listMembers(orm: MikroORM, request: ListMembersRequest): Promise<ListMembersResponse> {
  const { viewerId, conversationId, afterUserId } = request;
  const em = orm.em.fork();
  const isMember = (await em.count(Membership, { conversationId, userId: viewerId })) > 0;
  if (!isMember) throw new NotVisible('not a member of the conversation');
  const first = pageSize(request.first);
  const after = afterUserId === undefined ? 0 : await findJoining(em, conversationId, afterUserId);
  const rows = await em.find(
    Membership,
    { conversationId, joinedEventSeq: { $gt: after } },
    { orderBy: { joinedEventSeq: 'asc' }, limit: first + 1 },
  );
  return {
    members: rows.slice(0, first).map(toMembership),
    hasMore: rows.length > first,
    totalCount: await em.count(Membership, { conversationId }),
  };
}

/** Somebody who has left since still marks a place in the list. */
async function findJoining(em: MikroORM['em'], conversationId: string, userId: string): Promise<number> {
  const [period] = await em.find(
    MembershipPeriod,
    { userId, conversationId },
    { orderBy: { joinedEventSeq: 'desc' }, limit: 1 },
  );
  if (period === undefined) throw new InvalidRequest('the page begins after somebody who was never a member');
  return period.joinedEventSeq;
}

function toMembership(row: InferEntity<typeof Membership>): MembershipMessage {
  const { mutedUntilMs, archivedAtMs } = row;
  return {
    userId: row.userId,
    role: row.role as MemberRole,
    joinedAtMs: row.joinedAtMs,
    readSeq: row.readSeq,
    deliveredSeq: row.deliveredSeq,
    ...(typeof mutedUntilMs === 'number' ? { mutedUntilMs } : {}),
    ...(typeof archivedAtMs === 'number' ? { archivedAtMs } : {}),
  };
}
