/**
 * Live readers of a fault run: follow conversations or a whole inbox, drop and resume at random on another gateway, some of them slowly.
 * What they saw goes into the history; guests and outsiders are watched for what they must not see. Made by workload.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '#tests/harness/accounts.ts';
import type { StreamItem, Subscription } from '#tests/harness/client.ts';
import { subscribe } from '#tests/harness/client.ts';
import type { History, SeenMessage, Sight } from './history.ts';
import type { Random } from './random.ts';

export interface ReaderOptions {
  readonly name: string;
  readonly person: Account;
  readonly gatewayUrls: readonly string[];
  readonly history: History;
  readonly random: Random;
  /** Mean time between drops. */
  readonly dropEveryMs: number;
  /** Stops reading for a time instead of dropping, every other time. */
  readonly isSlow: boolean;
  readonly signal: AbortSignal;
}

/** A conversation event as these documents select it. */
interface SeenEvent {
  readonly __typename: string;
  readonly eventSeq: number;
  readonly conversation: { readonly id: string };
  readonly message?: SeenMessage;
  readonly user?: { readonly id: string };
}

export interface Reader extends AsyncDisposable {
  /** The newest message seen of a conversation. */
  lastSeq(conversation: string): number;
  /** Times that it came back. */
  readonly resumes: number;
}

const event = `__typename
  ... on ConversationEvent { eventSeq conversation { id } }
  ... on MessageCreated { message { seq clientMessageId text } }
  ... on MemberJoined { user { id } }
  ... on MemberLeft { user { id } }`;
/** The sender's name comes from another subgraph than the event. */
const toConversationDocument = (
  withSender: boolean,
) => `subscription Live($conversationId: ID!, $after: EventCursor) {
  item: conversationEvents(conversationId: $conversationId, after: $after) {
    ${event}
    ... on ConversationEvent { cursor }
    ${withSender ? '... on MessageCreated { message { sender { displayName } } }' : ''}
    ... on CaughtUp { cursor }
    ... on ResyncRequired { reason }
  }
}`;
const inboxDocument = `subscription Inbox($after: InboxCursor) {
  item: inboxEvents(after: $after) {
    __typename
    ... on InboxEvent { cursor event { ${event} } }
    ... on InboxCaughtUp { cursor }
    ... on ResyncRequired { reason }
  }
}`;
const stallMsMax = 4_000;
const comeBackMs = 200;

/** Follows one conversation from the moment it subscribes: made before anything is sent, it sees every message. */
export function followRoom(options: ReaderOptions, conversation: string): Reader {
  const sight = openSight(options, conversation);
  return follow(options, {
    document: toConversationDocument(options.isSlow),
    variables: { conversationId: conversation },
    take: (item) => {
      if (item.__typename === 'CaughtUp') return;
      note(sight, item as unknown as SeenEvent);
    },
    lastSeq: () => sight.messages.at(-1)?.seq ?? 0,
  });
}

/** Follows everything of a person who stays a member of these conversations. */
export function followInbox(options: ReaderOptions, conversations: readonly string[]): Reader {
  const sights = new Map(conversations.map((id) => [id, openSight(options, id)]));
  return follow(options, {
    document: inboxDocument,
    variables: {},
    take: (item) => {
      if (item.__typename !== 'InboxEvent') return;
      const seen = item.event as SeenEvent;
      const sight = sights.get(seen.conversation.id);
      if (sight === undefined)
        options.history.leaks.push({ who: options.name, what: `an event of ${seen.conversation.id}` });
      else note(sight, seen);
    },
    lastSeq: (conversation) => sights.get(conversation)?.messages.at(-1)?.seq ?? 0,
  });
}

/** Follows the inbox of somebody who comes and goes: nothing may come between a MemberLeft and the next MemberJoined of theirs. */
export function followGuest(options: ReaderOptions): Reader {
  const periods = new Map<string, Sight>();
  return follow(options, {
    document: inboxDocument,
    variables: {},
    take: (item) => {
      if (item.__typename !== 'InboxEvent') return;
      const { event: happened } = item as unknown as { event: SeenEvent };
      const room = happened.conversation.id;
      const isAboutMe = happened.user?.id === options.person.userId;
      if (isAboutMe && happened.__typename === 'MemberJoined')
        periods.set(room, openSight({ ...options, isGuest: true }, room));
      const period = periods.get(room);
      if (period === undefined)
        options.history.leaks.push({ who: options.name, what: `event ${happened.eventSeq} of ${room}` });
      else note(period, happened);
      if (isAboutMe && happened.__typename === 'MemberLeft') periods.delete(room);
    },
    lastSeq: (conversation) => periods.get(conversation)?.messages.at(-1)?.seq ?? 0,
  });
}

function openSight(
  { name, history, isGuest = false }: Pick<ReaderOptions, 'name' | 'history'> & { isGuest?: boolean },
  conversation: string,
): Sight {
  const sight: Sight = { reader: name, conversation, messages: [], eventSeqs: [], isComplete: !isGuest };
  history.sights.push(sight);
  return sight;
}

function note(sight: Sight, { eventSeq, message }: SeenEvent): void {
  sight.eventSeqs.push(eventSeq);
  if (message !== undefined)
    sight.messages.push({
      seq: message.seq,
      clientMessageId: message.clientMessageId,
      text: message.text,
    });
}

interface Followed {
  readonly document: string;
  readonly variables: Record<string, unknown>;
  readonly take: (item: StreamItem) => void;
  readonly lastSeq: (conversation: string) => number;
}

/** Subscribes, and again from the last cursor whenever the stream has ended for a reason that passes. */
function follow(options: ReaderOptions, { document, variables, take, lastSeq }: Followed): Reader {
  const { person, gatewayUrls, random, history, name } = options;
  const state = { after: null as string | null, resumes: 0 };
  let subscription: Subscription | null = null;
  let closing = false;

  function open(): void {
    const first = random.between(0, gatewayUrls.length - 1);
    const urls = [...gatewayUrls.slice(first), ...gatewayUrls.slice(0, first)];
    const token = () => person.accessToken;
    subscription = subscribe(
      { urls, document, variables: { ...variables, after: state.after }, token },
      {
        item: (item) => {
          if (item.cursor !== undefined) state.after = item.cursor;
          if (item.__typename === 'ResyncRequired')
            history.contradictions.push(`${name} was told to reload: ${String(item.reason)}`);
          else take(item);
        },
        // Refusals while something is away; the stream ends and is opened again.
        errors: () => undefined,
        closed: () => {
          state.resumes += 1;
        },
        ended: () => void reopen(),
      },
    );
  }

  async function reopen(): Promise<void> {
    await subscription?.[Symbol.asyncDispose]();
    await delay(comeBackMs);
    if (!closing) open();
  }

  open();
  const dropping = dropNowAndThen(options, () => subscription);
  return {
    lastSeq,
    get resumes() {
      return state.resumes;
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      await dropping;
      await subscription?.[Symbol.asyncDispose]();
    },
  };
}

/** Until the signal: after that a reader only reads, to come to rest. */
async function dropNowAndThen(
  { random, dropEveryMs, isSlow, signal }: ReaderOptions,
  current: () => Subscription | null,
): Promise<void> {
  while (!signal.aborted) {
    await delay(dropEveryMs * (0.5 + random.next()), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    if (isSlow && random.happens(0.5)) current()?.stall(random.between(500, stallMsMax));
    else current()?.cut();
  }
}
