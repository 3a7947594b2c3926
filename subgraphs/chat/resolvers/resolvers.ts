/**
 * The chat subgraph's resolver map: one file per operation, put together here for chat.ts. Types without a
 * line are read from what their parents return.
 */
import type { Resolvers } from '#schema/generated/chat_resolvers.ts';
import type { CommandBus } from '../commands/command-bus.ts';
import type { People } from '../commands/people.ts';
import type { Memberships } from '../live/memberships.ts';
import { scalars } from '../scalars.ts';
import type { PresenceBoard } from '../signals/presence.ts';
import type { Typing } from '../signals/typing.ts';
import { createAddMembers } from './Mutation/addMembers.ts';
import { createCreateConversation } from './Mutation/createConversation.ts';
import { createLeaveConversation } from './Mutation/leaveConversation.ts';
import { createMarkRead } from './Mutation/markRead.ts';
import { createRemoveMember } from './Mutation/removeMember.ts';
import { createSendMessage } from './Mutation/sendMessage.ts';
import { createSetTyping } from './Mutation/setTyping.ts';
import { createUpdateConversation } from './Mutation/updateConversation.ts';
import { createConversationEventsQuery } from './Query/conversationEvents.ts';
import type { EventStreamParts } from './Subscription/conversationEvents.ts';
import { createConversationEvents } from './Subscription/conversationEvents.ts';
import { createInboxEvents } from './Subscription/inboxEvents.ts';
import { createPresenceSubscription } from './Subscription/presence.ts';
import { createTypingSubscription } from './Subscription/typing.ts';

export interface ChatParts extends EventStreamParts {
  readonly commands: CommandBus;
  readonly people: People;
  readonly memberships: Memberships;
  readonly typing: Typing;
  readonly presence: PresenceBoard;
}

export function createResolvers(parts: ChatParts): Partial<Resolvers> {
  const { commands, live } = parts;
  return {
    ...scalars,
    Query: { conversationEvents: createConversationEventsQuery(live.store) },
    Mutation: {
      createConversation: createCreateConversation(parts),
      updateConversation: createUpdateConversation(commands),
      addMembers: createAddMembers(parts),
      removeMember: createRemoveMember(commands),
      leaveConversation: createLeaveConversation(commands),
      sendMessage: createSendMessage({ ...parts, logEpoch: () => live.feed.logEpoch() }),
      markRead: createMarkRead(commands),
      setTyping: createSetTyping(parts),
    },
    Subscription: {
      conversationEvents: createConversationEvents(parts),
      inboxEvents: createInboxEvents(parts),
      typing: createTypingSubscription({ ...parts, hub: live.hub }),
      presence: createPresenceSubscription(parts),
    },
  };
}
