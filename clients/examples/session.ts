/** Example: who is signed in. An access token lasts some minutes; when it is about to end, a new one is got with the refresh token. Called by run.ts and by tests/clients. */

interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}
interface Answer {
  readonly data?: {
    readonly signedIn: { readonly tokens?: Tokens; readonly message?: string };
  } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** By what was asked, not by a server that is away or busy: another try would be answered alike. */
class Refused extends Error {
  override readonly name = 'Refused';
}

const retryMs = 1_000;
/** A refresh token that was handed in may be handed in again for 10 s, should the answer be lost. */
const requestMsMax = 4_000;
const passingCodes = new Set(['SERVICE_UNAVAILABLE', 'OVERLOADED', 'RATE_LIMITED']);
/** A token that ends sooner is not worth connecting with. */
const lifeLeftMsMin = 5_000;
const outcome =
  '... on SignedIn { tokens { accessToken accessTokenExpiresAt refreshToken } } ... on MutationError { message }';
const login = `mutation ($identifier: String!, $password: String!) {
  signedIn: login(input: { identifier: $identifier, password: $password }) { ${outcome} }
}`;
const refresh = `mutation ($refreshToken: String!) {
  signedIn: refreshToken(refreshToken: $refreshToken) { ${outcome} }
}`;

/** Signs in at `url`. Resolves to what gives an access token that is good for now. Rejects when it is refused, or nobody answers. */
export async function signIn(
  url: string,
  account: { readonly identifier: string; readonly password: string },
): Promise<() => Promise<string>> {
  let tokens = await requestTokens(url, login, account);
  let refreshing: Promise<void> | null = null;

  /** One at a time, for a refresh token is good once; until it is answered, for a connection that gets no token is not tried again. */
  async function refreshTokens(): Promise<void> {
    for (;;) {
      try {
        tokens = await requestTokens(url, refresh, { refreshToken: tokens.refreshToken });
        return;
      } catch (error) {
        if (error instanceof Refused) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  return async () => {
    const lifeLeftMs = Date.parse(tokens.accessTokenExpiresAt) - Date.now();
    if (lifeLeftMs < lifeLeftMsMin) {
      refreshing ??= refreshTokens().finally(() => {
        refreshing = null;
      });
      await refreshing;
    }
    return tokens.accessToken;
  };
}

async function requestTokens(url: string, query: string, variables: object): Promise<Tokens> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(requestMsMax),
  });
  const isBusy = response.status >= 500 || response.status === 408 || response.status === 429;
  if (isBusy) throw new Error(`HTTP ${response.status}`);
  const { data, errors } = (await response.json()) as Answer;
  if (data?.signedIn.tokens !== undefined) return data.signedIn.tokens;
  const [error] = errors ?? [];
  if (error !== undefined && passingCodes.has(error.extensions?.code ?? '')) throw new Error(error.message);
  throw new Refused(data?.signedIn.message ?? error?.message ?? `HTTP ${response.status}`);
}
