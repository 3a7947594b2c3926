/** The people and conversations of a fault run, made through the public API before anything breaks. */
import { randomUUID } from 'node:crypto';
import type { Account } from '#tests/harness/accounts.ts';
import { signUp } from '#tests/harness/accounts.ts';
import { createConversation } from '#tests/harness/conversations.ts';
import type { Network } from '#tests/harness/network.ts';
import type { Random } from './random.ts';

export interface Population {
  /** Each is a member of some conversations, of the first one all. They never leave. */
  readonly people: readonly Account[];
  readonly conversations: readonly Room[];
  /** Come and go: added to conversations and removed again. */
  readonly guests: readonly Account[];
  /** Is a member of the first conversation, signs out and in again. */
  readonly lodger: Account;
  /** Members of nothing: they must never see anything. */
  readonly outsiders: readonly Account[];
}

export interface Room {
  readonly id: string;
  readonly members: readonly Account[];
}

const peopleCount = 8;
const membersMin = 3;
const membersMax = 5;

/** Signs everybody up and starts the conversations. The first of them is the hot one. */
export async function populate(
  network: Pick<Network, 'gatewayUrl' | 'mailboxUrl'>,
  { conversations, random }: { conversations: number; random: Random },
): Promise<Population> {
  const names = Array.from({ length: peopleCount }, (_, index) => `Person${'abcdefgh'[index]}`);
  const all = await Promise.all(
    [...names, 'Guesta', 'Guestb', 'Lodger', 'Outsidera', 'Outsiderb'].map((name) => signUp(network, name)),
  );
  const people = all.slice(0, peopleCount);
  const [guestA, guestB, lodger, ...outsiders] = all.slice(peopleCount);
  if (guestA === undefined || guestB === undefined || lodger === undefined) throw new Error('nobody came');
  const rooms: Room[] = [];
  for (let index = 0; index < conversations; index += 1) {
    const members = index === 0 ? people : pickSome(people, random);
    const [owner, ...others] = members;
    if (owner === undefined) throw new Error('a conversation needs an owner');
    const silent = index === 0 ? [lodger] : [];
    const memberIds = [...others, ...silent].map(({ userId }) => userId);
    const clientConversationId = randomUUID();
    const input = { kind: 'GROUP', title: `Room ${index}`, memberIds, clientConversationId };
    rooms.push({ id: await createPatiently(network.gatewayUrl, owner, input), members });
  }
  return {
    people,
    conversations: rooms,
    guests: [guestA, guestB],
    lodger,
    outsiders,
  };
}

const triesMax = 20;

/** An unknown outcome is asked for again under the same id, as any client does. */
async function createPatiently(url: string, owner: Account, input: Record<string, unknown>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await createConversation(url, owner, input);
    } catch (error) {
      if (tries === triesMax) throw error;
    }
  }
}

function pickSome(people: readonly Account[], random: Random): Account[] {
  const count = random.between(membersMin, membersMax);
  const rest = [...people];
  return Array.from({ length: count }, () => rest.splice(random.between(0, rest.length - 1), 1)).flat();
}
