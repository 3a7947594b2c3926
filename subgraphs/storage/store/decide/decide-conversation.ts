/** Decides CreateConversation and UpdateConversation. Called by decide.ts. */
import { ConversationKind, MemberRole } from '#schema/generated/events.ts';
import type { Decision } from './decision.ts';
import { happens, notAMember, permissionDenied, unchanged, validationFailed } from './decision.ts';
import type { BatchState, ConversationState, EventBody, ParsedCommand } from './state.ts';

const titleCharsMax = 100;
const topicCharsMax = 500;
const membersMax = 100;

/**
 * A new conversation belongs to the partition its command came by. Its first events are a MemberJoined for each person, the creator
 * first. The id names the conversation: when it exists nothing changes, whoever else the command lists.
 */
export function decideCreateConversation(
  state: BatchState,
  existing: ConversationState | undefined,
  command: ParsedCommand<'createConversation'>,
): Decision {
  const { viewerId, conversationId: id, body } = command;
  if (existing !== undefined) return existing.members.has(viewerId) ? unchanged() : notAMember();
  const { kind, title, topic } = body.value;
  const others = [...new Set(body.value.memberIds)].filter((userId) => userId !== viewerId);
  const isDirect = kind === ConversationKind.DIRECT;
  if (kind === ConversationKind.UNSPECIFIED) return validationFailed('kind', 'There is no such kind.');
  if (isDirect && others.length !== 1) return validationFailed('memberIds', 'Exactly one other person.');
  if (others.length > membersMax) return validationFailed('memberIds', `At most ${membersMax} people.`);
  const refusal = refuseTexts(title, topic);
  if (refusal !== null) return refusal;
  const bodies: EventBody[] = [viewerId, ...others].map((userId) => ({
    $case: 'memberJoined',
    value: { userId, role: !isDirect && userId === viewerId ? MemberRole.OWNER : MemberRole.MEMBER },
  }));
  const creates: ConversationState = {
    id,
    kind,
    partition: state.partition,
    createdAtMs: state.nowMs,
    title: isDirect ? null : toText(title),
    topic: isDirect ? null : toText(topic),
    lastSeq: 0,
    lastEventSeq: 0,
    lastLogSeq: 0,
    lastActivityAtMs: state.nowMs,
    members: new Map(),
  };
  return { kind: 'events', bodies, creates };
}

/** For owners and admins; absent fields stay, an empty text clears. */
export function decideUpdateConversation(
  conversation: ConversationState | undefined,
  command: ParsedCommand<'updateConversation'>,
): Decision {
  const member = conversation?.members.get(command.viewerId);
  if (conversation === undefined || member === undefined) return notAMember();
  if (conversation.kind === ConversationKind.DIRECT) {
    return permissionDenied('A direct conversation has no title and no topic.');
  }
  if (member.role === MemberRole.MEMBER) return permissionDenied('Only owners and admins change it.');
  const { title, topic } = command.body.value;
  const refusal = refuseTexts(title, topic);
  if (refusal !== null) return refusal;
  const after = {
    title: title === undefined ? conversation.title : toText(title),
    topic: topic === undefined ? conversation.topic : toText(topic),
  };
  if (after.title === conversation.title && after.topic === conversation.topic) return unchanged();
  return happens({
    $case: 'conversationUpdated',
    value: {
      ...(after.title === null ? {} : { title: after.title }),
      ...(after.topic === null ? {} : { topic: after.topic }),
    },
  });
}

function toText(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function refuseTexts(title: string | undefined, topic: string | undefined): Decision | null {
  return refuseText('title', title, titleCharsMax) ?? refuseText('topic', topic, topicCharsMax);
}

function refuseText(field: string, text: string | undefined, charsMax: number): Decision | null {
  if (text === undefined) return null;
  if ([...text].length > charsMax) return validationFailed(field, `At most ${charsMax} characters.`);
  if (text.includes('\0')) return validationFailed(field, 'It must not contain the NUL character.');
  return null;
}
