/** People for tests: signs them up through the public API, with the codes that the mailbox got. */
import { randomUUID } from 'node:crypto';
import { requestData } from './client.ts';

export interface Account {
  readonly userId: string;
  readonly handle: string;
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  accessToken: string;
  refreshToken: string;
}

export interface Addresses {
  readonly gatewayUrl: string;
  readonly mailboxUrl: string;
}

export interface MailboxMessage {
  readonly id: string;
  readonly channel: 'EMAIL' | 'SMS';
  readonly to: string;
  readonly subject: string | null;
  readonly text: string;
}

const waitMs = 10_000;

/** The newest 6-digit code that was sent to an address or number, once there are at least `count` messages to it. */
export async function readCode({ mailboxUrl }: Addresses, to: string, count = 1): Promise<string> {
  const deadline = Date.now() + waitMs;
  while (Date.now() < deadline) {
    const response = await fetch(`${mailboxUrl}/messages.json`);
    const messages = ((await response.json()) as MailboxMessage[]).filter((message) =>
      message.to.includes(to),
    );
    const code = /\b(\d{6})\b/.exec(messages.at(-1)?.text ?? '')?.[1];
    if (messages.length >= count && code !== undefined) return code;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no code was sent to ${to} within ${waitMs} ms`);
}

export const signedInFields = `
  tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
  viewer { user { id handle displayName } email emailVerified }
`;

/** Registers, verifies and signs in somebody new. */
export async function signUp(addresses: Addresses, displayName: string): Promise<Account> {
  const handle = `${displayName.toLowerCase().replace(/[^a-z]/g, '')}_${randomUUID().slice(0, 8)}`;
  const email = `${handle}@example.com`;
  const password = `correct horse ${randomUUID()}`;
  await requestData(
    addresses.gatewayUrl,
    'mutation($input: RegisterInput!) { register(input: $input) { __typename ... on MutationError { message } } }',
    { variables: { input: { handle, displayName, email, password } } },
  );
  const code = await readCode(addresses, email);
  const { verifyEmail } = await requestData<{ verifyEmail: SignedIn }>(
    addresses.gatewayUrl,
    `mutation($input: VerifyEmailInput!) { verifyEmail(input: $input) { __typename ... on SignedIn { ${signedInFields} } } }`,
    { variables: { input: { email, code } } },
  );
  if (verifyEmail.__typename !== 'SignedIn')
    throw new Error(`verifyEmail answered ${verifyEmail.__typename}`);
  const { accessToken, refreshToken } = verifyEmail.tokens;
  return {
    userId: verifyEmail.viewer.user.id,
    handle,
    email,
    password,
    displayName,
    accessToken,
    refreshToken,
  };
}

/** Trades the account's refresh token for new tokens. */
export async function renewTokens({ gatewayUrl }: Addresses, account: Account): Promise<void> {
  const { refreshToken } = await requestData<{ refreshToken: SignedIn }>(
    gatewayUrl,
    `mutation($token: String!) { refreshToken(refreshToken: $token) { __typename ... on SignedIn { ${signedInFields} } } }`,
    { variables: { token: account.refreshToken } },
  );
  if (refreshToken.__typename !== 'SignedIn')
    throw new Error(`refreshToken answered ${refreshToken.__typename}`);
  account.accessToken = refreshToken.tokens.accessToken;
  account.refreshToken = refreshToken.tokens.refreshToken;
}

/** What SignedIn holds when selected with signedInFields. */
export interface SignedIn {
  readonly __typename: string;
  readonly tokens: {
    accessToken: string;
    accessTokenExpiresAt: string;
    refreshToken: string;
    refreshTokenExpiresAt: string;
  };
  readonly viewer: {
    user: { id: string; handle: string; displayName: string };
    email: string;
    emailVerified: boolean;
  };
}
