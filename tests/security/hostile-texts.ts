/** Texts that break parsers, databases and mails, and every operation of the API that takes a text. Used by edge.test.ts. */
import { randomUUID } from 'node:crypto';

export const hostileTexts: readonly string[] = [
  '\0',
  'a\0b',
  '\ud800',
  `'; DROP TABLE account; --`,
  '{"$ne":null}',
  '__proto__',
  'constructor',
  '%_\\',
  '#{7*7}',
  '\r\nBcc: x@example.com',
  '\u202e',
  'x'.repeat(20_000),
  '-1',
  'NaN',
  '../../etc/passwd',
];

type ToVariables = (text: string) => Record<string, unknown>;

/** Operations with how a text gets into them; all by one who is a member of the conversation. */
export function listTextOperations({
  conversationId,
  email,
}: {
  conversationId: string;
  email: string;
}): [string, ToVariables][] {
  return [
    ['query($t: String!) { searchUsers(query: $t, after: $t) { nodes { id } } }', (t) => ({ t })],
    ['query($t: String!) { searchUsers(query: $t) { nodes { id } } }', (t) => ({ t })],
    [
      'query($t: String!, $i: ID!) { userByHandle(handle: $t) { id } user(id: $i) { id } message(id: $i) { id } conversation(id: $i) { id } }',
      (t) => ({ t, i: t }),
    ],
    ['query($t: String!) { conversations(after: $t) { nodes { id } } }', (t) => ({ t })],
    [
      'query($c: ID!, $t: String, $i: ID) { conversation(id: $c) { a: messages(after: $t) { nodes { id } } b: messages(around: $i) { nodes { id } } members(after: $t) { nodes { role } } } }',
      (t) => ({ c: conversationId, t, i: t }),
    ],
    [
      'query($c: ID!, $t: EventCursor) { conversationEvents(conversationId: $c, after: $t) { edges { cursor } } }',
      (t) => ({ c: conversationId, t }),
    ],
    [
      'mutation($i: LoginInput!) { login(input: $i) { __typename } }',
      (t) => ({ i: { identifier: t, password: t, oneTimeCode: t } }),
    ],
    [
      'mutation($i: LoginInput!) { login(input: $i) { __typename } }',
      (t) => ({ i: { identifier: `${t}@example.com`, password: t } }),
    ],
    [
      'mutation($i: RegisterInput!) { register(input: $i) { __typename } }',
      (t) => ({
        i: {
          handle: `h_${randomUUID().slice(0, 8)}`,
          displayName: t,
          email: `${randomUUID()}@example.com`,
          password: `${t} correct horse`,
        },
      }),
    ],
    [
      'mutation($i: RegisterInput!) { register(input: $i) { __typename } }',
      (t) => ({
        i: {
          handle: t,
          displayName: 'x',
          email: `${randomUUID()}@example.com`,
          password: `${t} correct horse`,
        },
      }),
    ],
    [
      'mutation($i: VerifyEmailInput!) { verifyEmail(input: $i) { __typename } }',
      (t) => ({ i: { email: email, code: t } }),
    ],
    [
      'mutation($i: ResetPasswordInput!) { resetPassword(input: $i) { __typename } }',
      (t) => ({ i: { email: email, code: t, newPassword: `${t} correct horse` } }),
    ],
    ['mutation($t: String!) { refreshToken(refreshToken: $t) { __typename } }', (t) => ({ t })],
    ['mutation($t: ID!) { revokeSession(id: $t) { __typename } }', (t) => ({ t })],
    [
      'mutation($i: UpdateProfileInput!) { updateProfile(input: $i) { __typename } }',
      (t) => ({ i: { bio: t } }),
    ],
    [
      'mutation($i: UpdateProfileInput!) { updateProfile(input: $i) { __typename } }',
      (t) => ({ i: { avatarUrl: `https://example.com/${t}` } }),
    ],
    [
      'mutation($i: CreateConversationInput!) { createConversation(input: $i) { __typename } }',
      (t) => ({ i: { kind: 'GROUP', title: t, topic: t, memberIds: [] } }),
    ],
    [
      'mutation($i: CreateConversationInput!) { createConversation(input: $i) { __typename } }',
      (t) => ({ i: { kind: 'GROUP', memberIds: [t] } }),
    ],
    [
      'mutation($i: SendMessageInput!) { sendMessage(input: $i) { __typename } }',
      (t) => ({
        i: { conversationId, clientMessageId: randomUUID(), text: t, replyToId: t, mentionUserIds: [t] },
      }),
    ],
    [
      'mutation($i: SendMessageInput!) { sendMessage(input: $i) { __typename } }',
      (t) => ({ i: { conversationId, clientMessageId: randomUUID(), text: t } }),
    ],
    [
      'mutation($t: ID!) { setTyping(conversationId: $t, typing: true) { accepted } markRead(input: { conversationId: $t, upToSeq: 2147483647 }) { __typename } }',
      (t) => ({ t }),
    ],
  ];
}
