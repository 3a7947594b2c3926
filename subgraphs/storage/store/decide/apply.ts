/** Carries decided events out on the state: numbers them and keeps what has to be written. The only file that changes a BatchState. Called by decide.ts. */
import type { ChatEvent, CommandOutcome, MemberJoined, Message } from '#schema/generated/events.ts';
import { hashBody } from './body-hash.ts';
import type { BatchState, ConversationState, EventBody, ParsedCommand } from './state.ts';
import { messageKey, pairKey } from './state.ts';

interface Place {
  readonly state: BatchState;
  readonly conversation: ConversationState;
  readonly command: ParsedCommand;
}

/** Adds a conversation that has no events yet. */
export function applyCreation(state: BatchState, conversation: ConversationState): void {
  state.conversations.set(conversation.id, conversation);
  state.changes.created.add(conversation);
}

/** The event with its numbers: each one more than the last of its conversation and of the partition. */
export function applyEvent(place: Place, body: EventBody, completesCommand: boolean): ChatEvent {
  const { state, conversation, command } = place;
  conversation.lastEventSeq += 1;
  state.lastLogSeq += 1;
  conversation.lastLogSeq = state.lastLogSeq;
  if (!state.changes.created.has(conversation)) state.changes.updated.add(conversation);
  const event: ChatEvent = {
    conversationId: conversation.id,
    eventSeq: conversation.lastEventSeq,
    logSeq: state.lastLogSeq,
    occurredAtMs: state.nowMs,
    commandId: command.commandId,
    completesCommand,
    actorId: command.viewerId,
    partition: state.partition,
    body,
  };
  state.changes.events.push(event);
  applyBody(place, body);
  return event;
}

/** Remembers what became of a command; `outcome` null: it made events. */
export function applyHandled(
  state: BatchState,
  command: ParsedCommand,
  outcome: CommandOutcome | null,
): void {
  const { conversationId, commandId } = command;
  state.handled.set(pairKey(conversationId, commandId), outcome);
  state.changes.handled.push({ conversationId, commandId, outcome });
}

function applyBody(place: Place, body: EventBody): void {
  switch (body.$case) {
    case 'messageCreated':
      if (body.value.message !== undefined) addMessage(place, body.value.message);
      break;
    case 'memberJoined':
      addMember(place, body.value);
      break;
    case 'memberLeft':
      removeMember(place, body.value.userId);
      break;
    case 'conversationUpdated':
      place.conversation.title = body.value.title ?? null;
      place.conversation.topic = body.value.topic ?? null;
      break;
    case 'readReceiptUpdated':
      advanceRead(place, body.value.userId, body.value.readSeq);
      break;
    case 'messageUpdated':
    case 'messageDeleted':
    case 'reactionAdded':
    case 'reactionRemoved':
      throw new Error(`no command makes ${body.$case} yet`);
  }
}

function addMessage(place: Place, message: Message): void {
  const { state, conversation, command } = place;
  if (command.body.$case !== 'sendMessage') throw new Error(`${command.body.$case} makes no message`);
  const stored = { message, bodyHash: hashBody(command.body.value), eventSeq: conversation.lastEventSeq };
  conversation.lastSeq = message.seq;
  conversation.lastActivityAtMs = state.nowMs;
  state.messages.set(messageKey(message), stored);
  state.messageIds.add(pairKey(conversation.id, message.id));
  state.changes.messages.push(stored);
  for (const userId of message.mentionUserIds) {
    state.changes.mentions.push({ userId, conversationId: conversation.id, seq: message.seq });
  }
  // Whoever writes has read what is above; nobody needs to be told, the message itself says it.
  advanceRead(place, message.senderId, message.seq);
}

/** A new member has nothing unread; for somebody who is a member already it is a change of role. */
function addMember(place: Place, { userId, role }: MemberJoined): void {
  const { state, conversation } = place;
  touchMembership(place, userId);
  const existing = conversation.members.get(userId);
  if (existing !== undefined) {
    existing.role = role;
    return;
  }
  const period = {
    conversationId: conversation.id,
    userId,
    joinedEventSeq: conversation.lastEventSeq,
    joinedLogSeq: conversation.lastLogSeq,
    left: null,
  };
  state.changes.opened.push(period);
  conversation.members.set(userId, {
    userId,
    role,
    joinedAtMs: state.nowMs,
    joinedEventSeq: conversation.lastEventSeq,
    readSeq: conversation.lastSeq,
    deliveredSeq: conversation.lastSeq,
    period,
  });
}

function removeMember(place: Place, userId: string): void {
  const { state, conversation } = place;
  const period = conversation.members.get(userId)?.period ?? null;
  const end = { eventSeq: conversation.lastEventSeq, logSeq: conversation.lastLogSeq };
  if (period === null) state.changes.closed.push({ conversationId: conversation.id, userId, end });
  else period.left = end;
  conversation.members.delete(userId);
  touchMembership(place, userId);
}

function advanceRead(place: Place, userId: string, readSeq: number): void {
  const member = place.conversation.members.get(userId);
  if (member === undefined || member.readSeq >= readSeq) return;
  member.readSeq = readSeq;
  member.deliveredSeq = Math.max(member.deliveredSeq, readSeq);
  touchMembership(place, userId);
}

function touchMembership({ state, conversation }: Place, userId: string): void {
  state.changes.memberships.set(pairKey(conversation.id, userId), { conversation, userId });
}
