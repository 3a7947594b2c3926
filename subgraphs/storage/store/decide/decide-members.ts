/** Decides AddMembers, RemoveMember and LeaveConversation. Called by decide.ts. */
import { ConversationKind, MemberRole } from '#schema/generated/events.ts';
import type { Decision } from './decision.ts';
import { happens, notAMember, permissionDenied, unchanged, validationFailed } from './decision.ts';
import type { ConversationState, EventBody, MemberState, ParsedCommand } from './state.ts';

const addedMax = 100;

/** For owners and admins; only an owner makes owners. Those who are members already stay as they are. */
export function decideAddMembers(
  conversation: ConversationState | undefined,
  command: ParsedCommand<'addMembers'>,
): Decision {
  const viewer = conversation?.members.get(command.viewerId);
  if (conversation === undefined || viewer === undefined) return notAMember();
  const { userIds, role: askedRole } = command.body.value;
  const role = askedRole === MemberRole.UNSPECIFIED ? MemberRole.MEMBER : askedRole;
  const refusal = refuseManaging(conversation, viewer);
  if (refusal !== null) return refusal;
  if (role === MemberRole.OWNER && viewer.role !== MemberRole.OWNER) {
    return permissionDenied('Only an owner makes owners.');
  }
  if (userIds.length > addedMax) return validationFailed('userIds', `At most ${addedMax} people.`);
  const added = [...new Set(userIds)].filter((userId) => !conversation.members.has(userId));
  if (added.length === 0) return unchanged();
  return happens(...added.map((userId): EventBody => ({ $case: 'memberJoined', value: { userId, role } })));
}

/** For owners and admins; an owner is removed by nobody. */
export function decideRemoveMember(
  conversation: ConversationState | undefined,
  command: ParsedCommand<'removeMember'>,
): Decision {
  const viewer = conversation?.members.get(command.viewerId);
  if (conversation === undefined || viewer === undefined) return notAMember();
  const refusal = refuseManaging(conversation, viewer);
  if (refusal !== null) return refusal;
  const { userId } = command.body.value;
  const removed = conversation.members.get(userId);
  if (removed === undefined) return unchanged();
  if (removed.role === MemberRole.OWNER) return permissionDenied('An owner is removed by nobody.');
  return happens({ $case: 'memberLeft', value: { userId } });
}

/**
 * Nobody leaves a DIRECT conversation. When the last owner leaves, the oldest member becomes owner, which is told by a second
 * MemberJoined with the new role: for somebody who is a member already, MemberJoined means a change of role.
 */
export function decideLeaveConversation(
  conversation: ConversationState | undefined,
  command: ParsedCommand<'leaveConversation'>,
): Decision {
  const viewer = conversation?.members.get(command.viewerId);
  if (conversation === undefined || viewer === undefined) return notAMember();
  if (conversation.kind === ConversationKind.DIRECT)
    return permissionDenied('Nobody leaves a direct conversation.');
  const left: EventBody = { $case: 'memberLeft', value: { userId: viewer.userId } };
  const successor = viewer.role === MemberRole.OWNER ? findSuccessor(conversation, viewer) : null;
  if (successor === null) return happens(left);
  return happens(left, {
    $case: 'memberJoined',
    value: { userId: successor.userId, role: MemberRole.OWNER },
  });
}

function refuseManaging(conversation: ConversationState, viewer: MemberState): Decision | null {
  if (conversation.kind === ConversationKind.DIRECT) {
    return permissionDenied('The people of a direct conversation stay the same.');
  }
  if (viewer.role === MemberRole.MEMBER) return permissionDenied('Only owners and admins do that.');
  return null;
}

/** Null when another owner stays, or nobody does. */
function findSuccessor(conversation: ConversationState, leaver: MemberState): MemberState | null {
  let oldest: MemberState | null = null;
  for (const member of conversation.members.values()) {
    if (member === leaver) continue;
    if (member.role === MemberRole.OWNER) return null;
    if (oldest === null || member.joinedEventSeq < oldest.joinedEventSeq) oldest = member;
  }
  return oldest;
}
