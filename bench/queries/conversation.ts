/**
 * The data behind the benchmark and the three subgraphs that it is spread over: a conversation's messages, the people who wrote them, what others added
 * to them. Served by stub-subgraphs/process.ts, and all in one by expected-answers.ts.
 */

interface Message {
  readonly id: string;
  readonly seq: number;
  readonly text: string;
  readonly version: number;
  readonly createdAt: string;
  readonly editedAt: string | null;
  readonly sender: { readonly id: string };
}

export type SubgraphName = keyof typeof subgraphSdl;

/** So many conversations can be asked for. They differ in nothing but their ids. */
export const conversationsMax = 256;

/** The longest list that can be had. */
export const messagesMax = 1_000;

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';

/** Of each subgraph. */
export const subgraphSdl = {
  messages: `${link}
    type Query { conversation(id: ID!): Conversation }
    type Conversation { id: ID! title: String! messages(first: Int!): [Message!]! }
    type Message @key(fields: "id") {
      id: ID!
      seq: Int!
      text: String!
      version: Int!
      createdAt: String!
      editedAt: String
      sender: Person!
    }
    type Person @key(fields: "id", resolvable: false) { id: ID! }`,
  people: `${link}
    type Person @key(fields: "id") {
      id: ID!
      handle: String!
      displayName: String!
      avatarUrl: String
      bio: String
      isActive: Boolean!
    }`,
  reactions: `${link}
    type Message @key(fields: "id") { id: ID! reactions: [Reaction!]! attachments: [Attachment!]! }
    type Reaction { emoji: String! count: Int! }
    type Attachment { name: String! mediaType: String! size: Int! }`,
} as const;

/** Any of the conversations with these messages, the first so many. */
export function createConversation<One>(id: string, messages: readonly One[]) {
  return {
    id,
    title: 'A conversation',
    messages: ({ first }: { readonly first: number }) => messages.slice(0, first),
  };
}

/** The id of the n-th conversation. */
export function toConversationId(n: number): string {
  return toId('cnv', n);
}

/** All messages. */
export function createMessages(): Message[] {
  return Array.from({ length: messagesMax }, (_, n) => createMessage(n));
}

/** The n-th message of the conversation, about 200 bytes as JSON. */
function createMessage(n: number): Message {
  return {
    id: toId('msg', n),
    seq: n + 1,
    text: `"See you at ${(n % 12) + 1} o'clock"\nsaid ${n}`,
    version: 1,
    createdAt: new Date(Date.UTC(2026, 0, 31, 12) + n * 1_000).toISOString(),
    editedAt: n % 7 === 0 ? '2026-01-31T18:00:00.000Z' : null,
    sender: { id: toId('usr', n) },
  };
}

/** Whoever has this id. */
export function createPerson({ id }: { readonly id: string }) {
  const n = readNumber(id);
  return {
    id,
    handle: `person.${n}`,
    displayName: `Person Number ${n}`,
    avatarUrl: n % 5 === 0 ? null : `https://images.example.org/avatars/${n}.webp`,
    bio: n % 3 === 0 ? null : `I am number ${n} of this conversation.`,
    isActive: n % 11 !== 0,
  };
}

/** What others have added to the message with this id. */
export function createAdditions({ id }: { readonly id: string }) {
  const n = readNumber(id);
  return {
    id,
    reactions: ['👍', '🎉', '❤️'].slice(0, n % 4).map((emoji, at) => ({ emoji, count: n + at })),
    attachments: n % 2 === 0 ? [] : [{ name: `photo ${n}.jpg`, mediaType: 'image/jpeg', size: 1_000 + n }],
  };
}

function toId(prefix: string, n: number): string {
  return `${prefix}_01k6rs9ebqf8d9y9nr8f${String(n).padStart(6, '0')}`;
}

function readNumber(id: string): number {
  return Number(id.slice(-6));
}
