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
  readonly errors?: readonly { readonly message: string }[];
}

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
  return async () => {
    const lifeLeftMs = Date.parse(tokens.accessTokenExpiresAt) - Date.now();
    if (lifeLeftMs < lifeLeftMsMin)
      tokens = await requestTokens(url, refresh, { refreshToken: tokens.refreshToken });
    return tokens.accessToken;
  };
}

async function requestTokens(url: string, query: string, variables: object): Promise<Tokens> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as Answer;
  const tokens = data?.signedIn.tokens;
  if (tokens === undefined)
    throw new Error(data?.signedIn.message ?? errors?.[0]?.message ?? `HTTP ${response.status}`);
  return tokens;
}
