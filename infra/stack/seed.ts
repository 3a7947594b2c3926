/**
 * Three demo people with two conversations, made through the public API only, as a client would. Doing it again
 * changes nothing. Called by runner.ts when the stack is ready.
 */
import { z } from 'zod';
import type { StackSettings } from './settings.ts';

/** Of every demo account. */
export const demoPassword = 'demo-demo-demo';

const codeWaitMs = 10_000;
const codePollMs = 100;
const requestTimeoutMs = 15_000;
const people = [
  { handle: 'ada', displayName: 'Ada Lovelace' },
  { handle: 'linus', displayName: 'Linus Torvalds' },
  { handle: 'grace', displayName: 'Grace Hopper' },
] as const;
const loungeId = '5eed0000-0000-4000-8000-000000000001';

type Handle = (typeof people)[number]['handle'];
type Tokens = Record<Handle, { accessToken: string; userId: string }>;

/** What is said, in order; the ids make a repeated seed find the message instead of sending it again. */
const directMessages: readonly DemoMessage[] = [
  { id: '5eed0000-0000-4000-8000-000000000011', from: 'ada', text: 'Hello Linus, is the engine running?' },
  { id: '5eed0000-0000-4000-8000-000000000012', from: 'linus', text: 'It boots. Have a look at the Lounge.' },
];
const loungeMessages: readonly DemoMessage[] = [
  { id: '5eed0000-0000-4000-8000-000000000021', from: 'grace', text: 'Welcome to the Lounge.' },
  { id: '5eed0000-0000-4000-8000-000000000022', from: 'ada', text: 'No message lost, none twice?' },
  { id: '5eed0000-0000-4000-8000-000000000023', from: 'linus', text: 'And none out of order.' },
];

interface DemoMessage {
  readonly id: string;
  readonly from: Handle;
  readonly text: string;
}

/** Makes what is missing. Returns null, or in one sentence why it could not. */
export async function seedDemo(settings: StackSettings): Promise<string | null> {
  const api: Api = {
    graphqlUrl: `http://127.0.0.1:${settings.ports.gateway}/graphql`,
    mailboxUrl: `http://127.0.0.1:${settings.ports.mailbox}/messages.json`,
  };
  try {
    const ada = await logIn(api, 'ada');
    if (ada !== null && (await hasLounge(api, ada.accessToken))) return null;
    if (ada === null && settings.external.smtpUrl !== undefined) {
      return 'with SMTP_URL set, nobody here can read their codes.';
    }
    const tokens = {} as Tokens;
    for (const person of people) {
      tokens[person.handle] = (await logIn(api, person.handle)) ?? (await signUp(api, person));
    }
    await makeConversations(api, tokens);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Api {
  readonly graphqlUrl: string;
  readonly mailboxUrl: string;
}

async function makeConversations(api: Api, tokens: Tokens): Promise<void> {
  const direct = await createConversation(api, tokens.ada.accessToken, {
    kind: 'DIRECT',
    memberIds: [tokens.linus.userId],
  });
  for (const message of directMessages) await send(api, tokens, { conversationId: direct, ...message });
  // The lounge comes last: its being there says that the seed is complete.
  const lounge = await createConversation(api, tokens.ada.accessToken, {
    kind: 'GROUP',
    title: 'Lounge',
    memberIds: [tokens.linus.userId, tokens.grace.userId],
    clientConversationId: loungeId,
  });
  for (const message of loungeMessages) await send(api, tokens, { conversationId: lounge, ...message });
}

const signedIn = z.object({
  tokens: z.object({ accessToken: z.string() }),
  viewer: z.object({ user: z.object({ id: z.string() }) }),
});
const signedInFields = '__typename ... on SignedIn { tokens { accessToken } viewer { user { id } } }';

/** Null when there is no such account with the demo password. */
async function logIn(api: Api, handle: string) {
  const { login } = await request(api, {
    query: `mutation ($input: LoginInput!) { login(input: $input) { ${signedInFields} } }`,
    variables: { input: { identifier: handle, password: demoPassword } },
    answer: z.object({ login: z.unknown() }),
  });
  const parsed = signedIn.safeParse(login);
  return parsed.success ? toAccount(parsed.data) : null;
}

async function signUp(api: Api, { handle, displayName }: { handle: string; displayName: string }) {
  const email = `${handle}@example.com`;
  const since = new Date().toISOString();
  const { register } = await request(api, {
    query:
      'mutation ($input: RegisterInput!) { register(input: $input) { __typename ... on MutationError { message } } }',
    variables: { input: { handle, displayName, email, password: demoPassword } },
    answer: z.object({ register: z.object({ __typename: z.string(), message: z.string().optional() }) }),
  });
  if (register.message !== undefined)
    throw new Error(`registering ${handle} was refused: ${register.message}`);
  const code = await waitForCode(api, email, since);
  const { verifyEmail } = await request(api, {
    query: `mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { ${signedInFields} } }`,
    variables: { input: { email, code } },
    answer: z.object({ verifyEmail: signedIn }),
  });
  return toAccount(verifyEmail);
}

function toAccount({ tokens, viewer }: z.infer<typeof signedIn>): { accessToken: string; userId: string } {
  return { accessToken: tokens.accessToken, userId: viewer.user.id };
}

const mails = z.array(z.object({ to: z.string(), text: z.string(), sentAt: z.string() }));

/** The code of the newest mail to this address that came after `since`. */
async function waitForCode({ mailboxUrl }: Api, email: string, since: string): Promise<string> {
  const deadline = Date.now() + codeWaitMs;
  while (Date.now() < deadline) {
    const response = await fetch(mailboxUrl, { signal: AbortSignal.timeout(requestTimeoutMs) });
    const mail = mails
      .parse(await response.json())
      .findLast(({ to, sentAt }) => to === email && sentAt >= since);
    const code = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0];
    if (code !== undefined) return code;
    await new Promise((resolve) => setTimeout(resolve, codePollMs));
  }
  throw new Error(`no code for ${email} came to the mailbox.`);
}

async function hasLounge(api: Api, token: string): Promise<boolean> {
  const { conversations } = await request(api, {
    query: '{ conversations(first: 50) { nodes { title lastSeq } } }',
    token,
    answer: z.object({
      conversations: z.object({
        nodes: z.array(z.object({ title: z.string().nullable(), lastSeq: z.number() })),
      }),
    }),
  });
  return conversations.nodes.some(
    ({ title, lastSeq }) => title === 'Lounge' && lastSeq >= loungeMessages.length,
  );
}

async function createConversation(api: Api, token: string, input: object): Promise<string> {
  const { createConversation: created } = await request(api, {
    query:
      'mutation ($input: CreateConversationInput!) { createConversation(input: $input) { __typename ... on CreateConversationSuccess { conversation { id } } } }',
    variables: { input },
    token,
    answer: z.object({ createConversation: z.object({ conversation: z.object({ id: z.string() }) }) }),
  });
  return created.conversation.id;
}

async function send(
  api: Api,
  tokens: Tokens,
  message: DemoMessage & { conversationId: string },
): Promise<void> {
  const { id, from, text, conversationId } = message;
  await request(api, {
    query:
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { __typename ... on SendMessageSuccess { messageId } } }',
    variables: { input: { conversationId, clientMessageId: id, text } },
    token: tokens[from].accessToken,
    answer: z.object({ sendMessage: z.object({ messageId: z.string() }) }),
  });
}

interface GraphqlRequest<Answer> {
  readonly query: string;
  readonly variables?: object;
  readonly token?: string;
  readonly answer: z.ZodType<Answer>;
}

async function request<Answer>(api: Api, { query, variables, token, answer }: GraphqlRequest<Answer>) {
  const response = await fetch(api.graphqlUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const body = z
    .object({ data: z.unknown().optional(), errors: z.array(z.object({ message: z.string() })).optional() })
    .parse(await response.json());
  if (body.errors?.[0] !== undefined) throw new Error(`the gateway answered "${body.errors[0].message}"`);
  return answer.parse(body.data);
}
