/**
 * Those of a fault run who look and those who must not see: history readers (a page after an answer has it), guests who are added and removed,
 * outsiders who try every door. Made by workload.ts.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '#tests/harness/accounts.ts';
import { request, subscribe } from '#tests/harness/client.ts';
import type { History } from './history.ts';
import type { Population, Room } from './population.ts';
import type { Random } from './random.ts';
import { isBrokenConnection } from './writers.ts';

export interface WatcherOptions {
  readonly population: Population;
  readonly gatewayUrls: readonly string[];
  readonly history: History;
  readonly random: Random;
  readonly stop: AbortSignal;
}

const pageSize = 10;
const lookEveryMs = 400;
const stayMs = 2_500;

/** Reads the end of conversations on any gateway; what was stored before it asked must be there. */
export async function readPages(
  { population, gatewayUrls, history, random, stop }: WatcherOptions,
  storedSeqs: ReadonlyMap<string, number>,
): Promise<void> {
  while (!stop.aborted) {
    await delay(lookEveryMs * (0.5 + random.next()));
    const room = random.pick(population.conversations);
    const reader = random.pick(room.members);
    const mustHave = storedSeqs.get(room.id) ?? 0;
    const page = await ask<Page>(random.pick(gatewayUrls), reader, {
      document: `query($id: ID!) { conversation(id: $id) {
        lastSeq messages(last: ${pageSize}) { nodes { seq } } } }`,
      variables: { id: room.id },
    });
    if (page?.conversation == null) continue;
    const pageSeqs = page.conversation.messages.nodes.map(({ seq }) => seq);
    const lastSeq = pageSeqs.at(-1) ?? 0;
    history.pages.push({ reader: reader.handle, conversation: room.id, mustHave, lastSeq, pageSeqs });
  }
}

interface Page {
  readonly conversation: {
    readonly lastSeq: number;
    readonly messages: { readonly nodes: readonly { seq: number }[] };
  } | null;
}

/** Adds the guest to a conversation and removes them again, one after the other. */
export async function hostGuest(
  { population, gatewayUrls, random, stop }: WatcherOptions,
  guest: Account,
): Promise<void> {
  while (!stop.aborted) {
    const room = random.pick(population.conversations);
    const [owner] = room.members;
    if (owner === undefined) continue;
    const url = () => random.pick(gatewayUrls);
    await untilAnswered(stop, () =>
      ask(url(), owner, {
        document: `mutation($input: AddMembersInput!) { addMembers(input: $input) { __typename } }`,
        variables: { input: { conversationId: room.id, userIds: [guest.userId] } },
      }),
    );
    await delay(stayMs * (0.5 + random.next()));
    await untilAnswered(stop, () =>
      ask(url(), owner, {
        document: `mutation($input: RemoveMemberInput!) { removeMember(input: $input) { __typename } }`,
        variables: { input: { conversationId: room.id, userId: guest.userId } },
      }),
    );
  }
}

async function untilAnswered(stop: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  while ((await work()) === null && !stop.aborted) await delay(lookEveryMs);
}

/**
 * Signs in, follows the first conversation, signs out and listens on: what still comes after the time that revocation may take is a leak.
 * That time is 5 s where nothing is broken, and here that and the time to recover.
 */
export async function signOutAndIn({
  population,
  gatewayUrls,
  history,
  random,
  stop,
}: WatcherOptions): Promise<void> {
  const { lodger, conversations } = population;
  const [room] = conversations;
  while (room !== undefined && !stop.aborted) {
    const token = await signIn(random.pick(gatewayUrls), lodger);
    if (token === null) {
      await delay(lookEveryMs);
      continue;
    }
    let signedOutAt = Number.POSITIVE_INFINITY;
    await using _stream = subscribe(
      {
        urls: [random.pick(gatewayUrls)],
        document: `subscription($id: ID!) { item: conversationEvents(conversationId: $id) { __typename } }`,
        variables: { id: room.id },
        token: () => token,
        reconnect: false,
      },
      {
        item: ({ __typename }) => {
          const lateMs = Math.round(performance.now() - signedOutAt);
          if (lateMs > revokedMsMax)
            history.leaks.push({ who: lodger.handle, what: `${__typename} ${lateMs} ms after signing out` });
        },
        errors: () => undefined,
        closed: () => undefined,
        ended: () => undefined,
      },
    );
    await delay(stayMs);
    const logout = { document: 'mutation { logout { accepted } }', variables: {} };
    const signedOut = await ask(random.pick(gatewayUrls), { ...lodger, accessToken: token }, logout);
    if (signedOut === null) continue;
    signedOutAt = performance.now();
    await delay(revokedMsMax + stayMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

const revokedMsMax = 5_000 + 15_000;

async function signIn(url: string, { handle, password }: Account): Promise<string | null> {
  const document = `mutation($input: LoginInput!) { login(input: $input) {
    __typename ... on SignedIn { tokens { accessToken } } } }`;
  const variables = { input: { identifier: handle, password } };
  try {
    const { data } = await request<{ login: { tokens?: { accessToken: string } } }>(url, document, {
      variables,
    });
    return data?.login.tokens?.accessToken ?? null;
  } catch (error) {
    if (isBrokenConnection(error)) return null;
    throw error;
  }
}

/** Tries to read and to follow what is not theirs, and keeps an inbox open that must stay empty. */
export async function lurk(options: WatcherOptions, outsider: Account): Promise<void> {
  const { population, gatewayUrls, history, random, stop } = options;
  const leak = (what: string) => history.leaks.push({ who: outsider.handle, what });
  const token = () => outsider.accessToken;
  await using _inbox = subscribe(
    {
      urls: gatewayUrls,
      document: `subscription($after: InboxCursor) { item: inboxEvents(after: $after) {
        __typename ... on InboxEvent { cursor } ... on InboxCaughtUp { cursor } } }`,
      token,
    },
    {
      item: ({ __typename }) => __typename === 'InboxEvent' && leak('an event in the inbox'),
      errors: () => undefined,
      closed: () => undefined,
      ended: () => undefined,
    },
  );
  while (!stop.aborted) {
    const room = random.pick(population.conversations);
    const url = random.pick(gatewayUrls);
    const page = await ask<Page>(url, outsider, {
      document: 'query($id: ID!) { conversation(id: $id) { lastSeq messages(last: 1) { nodes { seq } } } }',
      variables: { id: room.id },
    });
    if (page?.conversation != null) leak(`a page of ${room.id}`);
    await peek({ url, room, token, leak });
    await delay(lookEveryMs * 2);
  }
}

/** Subscribes for a moment. */
async function peek({ url, room, token, leak }: Peek): Promise<void> {
  await using _stream = subscribe(
    {
      urls: [url],
      document: `subscription($id: ID!, $after: EventCursor) { item: conversationEvents(conversationId: $id, after: $after) { __typename } }`,
      variables: { id: room.id, after: null },
      token,
      reconnect: false,
    },
    {
      item: ({ __typename }) => leak(`${__typename} of ${room.id}`),
      errors: () => undefined,
      closed: () => undefined,
      ended: () => undefined,
    },
  );
  await delay(lookEveryMs);
}

interface Peek {
  readonly url: string;
  readonly room: Room;
  readonly token: () => string;
  readonly leak: (what: string) => void;
}

/** The data of one request, or null when it was not answered with any. */
async function ask<Data>(
  url: string,
  who: Account,
  { document, variables }: { document: string; variables: Record<string, unknown> },
): Promise<Data | null> {
  try {
    const { data } = await request<Data>(url, document, { variables, token: who.accessToken });
    return data;
  } catch (error) {
    if (isBrokenConnection(error)) return null;
    throw error;
  }
}
