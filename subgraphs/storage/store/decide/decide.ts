/**
 * PERSIST: one command -> what goes out for it. State in, events and outcome out; no I/O and no clock, so that every rule can be tested
 * and tried by itself. Called by append/append.ts for each command of a batch in order, calls the decide-*.ts of its kind and apply.ts.
 */
import type { CommandOutcome, LogRecord } from '#schema/generated/events.ts';
import { applyCreation, applyEvent, applyHandled } from './apply.ts';
import { decideCreateConversation, decideUpdateConversation } from './decide-conversation.ts';
import { decideAddMembers, decideLeaveConversation, decideRemoveMember } from './decide-members.ts';
import { decideMarkRead, decideSendMessage } from './decide-message.ts';
import type { Decision } from './decision.ts';
import type { BatchState, CommandBody, ConversationState, ParsedCommand } from './state.ts';
import { pairKey } from './state.ts';

export type Handling =
  | { readonly kind: 'records'; readonly records: readonly LogRecord[] }
  /** It can't be applied here; nothing was changed. */
  | { readonly kind: 'deadLetter'; readonly reason: string };

/**
 * Commands that could have another effect the second time, because somebody else may have acted in between. The others name what they
 * make (a conversation) or only move forward (MarkRead), so that repeating them is harmless by itself.
 */
const handledOnce: ReadonlySet<CommandBody['$case']> = new Set([
  'updateConversation',
  'addMembers',
  'removeMember',
  'leaveConversation',
  'sendMessage',
]);

/** Whether its command id may be among those that are remembered. */
export function isHandledOnce(command: ParsedCommand): boolean {
  return handledOnce.has(command.body.$case);
}

/** A message is found by its key; of sends only those that were refused are remembered, whose sender may be a member by now. */
function isToRemember(command: ParsedCommand, outcome: CommandOutcome | null): boolean {
  if (command.body.$case === 'sendMessage') return outcome?.result?.$case === 'rejected';
  return isHandledOnce(command);
}

/** Decides and applies one command. */
export function handleCommand(state: BatchState, command: ParsedCommand): Handling {
  const { conversationId } = command;
  const conversation = state.conversations.get(conversationId);
  if (
    conversation !== undefined &&
    conversation.partition !== state.partition &&
    command.body.$case !== 'createConversation'
  ) {
    return { kind: 'deadLetter', reason: `the conversation's partition is ${conversation.partition}` };
  }
  if (isHandledOnce(command)) {
    const earlier = state.handled.get(pairKey(conversationId, command.commandId));
    if (earlier !== undefined) return tell(earlier ?? toOutcome(command, { $case: 'unchanged', value: {} }));
  }
  const decision = decide(state, conversation, command);
  if (decision.kind === 'outcome') {
    const outcome = toOutcome(command, decision.result);
    // Without a conversation there is no lock that would keep two partitions from remembering it at once, and nothing to repeat.
    if (conversation !== undefined && isToRemember(command, outcome)) applyHandled(state, command, outcome);
    return tell(outcome);
  }
  return carryOut(state, command, decision);
}

function decide(
  state: BatchState,
  conversation: ConversationState | undefined,
  { body, ...rest }: ParsedCommand,
): Decision {
  switch (body.$case) {
    case 'createConversation':
      return decideCreateConversation(state, conversation, { ...rest, body });
    case 'updateConversation':
      return decideUpdateConversation(conversation, { ...rest, body });
    case 'addMembers':
      return decideAddMembers(conversation, { ...rest, body });
    case 'removeMember':
      return decideRemoveMember(conversation, { ...rest, body });
    case 'leaveConversation':
      return decideLeaveConversation(conversation, { ...rest, body });
    case 'sendMessage':
      return decideSendMessage(state, conversation, { ...rest, body });
    case 'markRead':
      return decideMarkRead(conversation, { ...rest, body });
  }
}

function carryOut(
  state: BatchState,
  command: ParsedCommand,
  decision: Extract<Decision, { kind: 'events' }>,
): Handling {
  if (decision.creates !== undefined) applyCreation(state, decision.creates);
  const conversation = state.conversations.get(command.conversationId);
  if (conversation === undefined)
    throw new Error('events were decided for a conversation that does not exist');
  const last = decision.bodies.length - 1;
  const records = decision.bodies.map((body, index): LogRecord => {
    const event = applyEvent({ state, conversation, command }, body, index === last);
    return { record: { $case: 'event', value: event } };
  });
  if (isToRemember(command, null)) applyHandled(state, command, null);
  return { kind: 'records', records };
}

function toOutcome(
  { commandId, conversationId }: ParsedCommand,
  result: NonNullable<CommandOutcome['result']>,
): CommandOutcome {
  return { commandId, conversationId, result };
}

function tell(outcome: CommandOutcome): Handling {
  return { kind: 'records', records: [{ record: { $case: 'outcome', value: outcome } }] };
}
