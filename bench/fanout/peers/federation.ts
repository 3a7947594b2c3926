/**
 * MessageMe's whole federation on the embedded Postgres and Kafka, for the gateways that are compared in front of it: people, conversations, and the
 * events, which are messages that the people send. They send through a gateway of their own, so that the one under test only delivers.
 */

import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { sendInBulk } from '#tests/harness/bulk-sends.ts';
import { createGroup } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import type { TestStack } from '#tests/harness/stack.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import type { Pids } from '../../usage.ts';
import { readFamily } from '../../usage.ts';
import { createEventText, followDocument } from '../event.ts';
import type { Backend } from './backend.ts';
import type { Order, RunningPeer } from './peer.ts';

export interface Federation extends AsyncDisposable {
  readonly backend: Backend;
  readonly conversationIds: readonly string[];
  /** Settings of a gateway in front of it. */
  readonly gatewayEnvironment: NodeJS.ProcessEnv;
  /** The people as subscribers of the first conversations, at a gateway. */
  createAudience(port: number, conversations: number): RunningPeer['audience'];
}

/** Each has many sockets: signing up costs a password hash, and a subscriber's share of the work does not depend on whose it is. */
const people = 50;
const senders = 8;
const atATime = 10;
const environment = { ACCESS_TOKEN_TTL_MS: String(6 * 60 * 60_000), USER_SOCKETS_MAX: '100000' };

/** Everything up and everybody in `conversations` conversations. */
export async function startFederation(
  conversations: number,
  print: (line: string) => void,
): Promise<Federation> {
  await using started = new AsyncDisposableStack();
  const stack = started.use(await startTestStack({ print }));
  const network = started.use(
    await startNetwork({ name: 'fanout', environment, stack: { ...process.env, ...stack.variables } }),
  );
  const { gatewayUrl: url } = network;
  const members = await repeat(people, (n) => signUp(network, `Person ${n}`));
  const [creator, ...others] = members as [Account, ...Account[]];
  const ids = await repeat(conversations, () => createGroup(url, creator, others));
  print(`MessageMe is ready with ${people} people in ${conversations} conversations`);
  const owned = started.move();
  const dispose = () => owned.disposeAsync();
  return {
    backend: {
      subgraphUrls: network.subgraphUrls,
      pids: () => readPids(network, stack),
      publish: createPublish(url, members.slice(0, senders), ids),
      // It stays for the next peer.
      [Symbol.asyncDispose]: async () => undefined,
    },
    conversationIds: ids,
    gatewayEnvironment: { ...network.processes.get('gateway')?.environment },
    createAudience: (port, count) => ({
      port,
      paths: ids.slice(0, count).map(() => '/graphql'),
      subscribePayloads: ids
        .slice(0, count)
        .map((conversationId) => ({ query: followDocument, variables: { conversationId, after: null } })),
      initPayloads: members.map(({ accessToken }) => ({ authorization: `Bearer ${accessToken}` })),
    }),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The senders take turns. */
function createPublish(
  url: string,
  accounts: readonly Account[],
  ids: readonly string[],
): RunningPeer['publish'] {
  let turn = 0;
  return async (orders: readonly Order[]) => {
    const messages = orders.flatMap(({ conversation, events }) =>
      Array.from({ length: events }, () => ({
        conversationId: ids[conversation] ?? '',
        text: createEventText(),
      })),
    );
    turn = (turn + 1) % accounts.length;
    await sendInBulk([url], accounts[turn] as Account, messages);
  };
}

function readPids({ processes }: Network, { brokers, postgres }: TestStack): Pids {
  const named = [...processes].map(([name, process]) => [
    name === 'gateway' ? 'sending gateway' : name,
    process.pid(),
  ]);
  const all = [...named, ['kafka', brokers[0]?.pid()], ['postgres', postgres.pid()]] as const;
  return Object.fromEntries(
    all.flatMap(([name, pid]) => (typeof pid === 'number' ? [[name, readFamily(pid)]] : [])),
  );
}

async function repeat<Result>(count: number, make: (n: number) => Promise<Result>): Promise<Result[]> {
  const made: Result[] = [];
  while (made.length < count) {
    const from = made.length;
    const some = Array.from({ length: Math.min(atATime, count - from) }, (_, n) => make(from + n));
    made.push(...(await Promise.all(some)));
  }
  return made;
}
