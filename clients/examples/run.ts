/** `node clients/examples/run.ts graphql-ws|apollo|urql`: prints the inbox of one of the demo people of `npm start` as it happens. */
import type { InboxOptions } from './inbox.ts';

const url = process.env.GRAPHQL_URL ?? 'http://localhost:4000/graphql';
const identifier = process.env.IDENTIFIER ?? 'ada';
const password = process.env.PASSWORD ?? 'demo-demo-demo';

const examples: Record<string, () => Promise<{ followInbox(options: InboxOptions): () => void }>> = {
  'graphql-ws': () => import('./graphql-ws.ts'),
  apollo: () => import('./apollo.ts'),
  urql: () => import('./urql.ts'),
};

async function signIn(): Promise<string> {
  const query = `mutation ($input: LoginInput!) {
    login(input: $input) { ... on SignedIn { tokens { accessToken } } ... on MutationError { message } }
  }`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: { identifier, password } } }),
  });
  const { data } = (await response.json()) as {
    data?: { login: { tokens?: { accessToken: string }; message?: string } };
  };
  if (data?.login.tokens === undefined)
    throw new Error(`${identifier} can't sign in: ${data?.login.message ?? response.status}`);
  return data.login.tokens.accessToken;
}

const load = examples[process.argv[2] ?? ''];
if (load === undefined) {
  console.error(`Usage: node clients/examples/run.ts ${Object.keys(examples).join('|')}`);
  process.exitCode = 2;
} else {
  const [{ followInbox }, token] = await Promise.all([load(), signIn()]);
  const stop = followInbox({
    url: url.replace(/^http/, 'ws'),
    readToken: () => token,
    onItem: (item) => console.log(JSON.stringify(item)),
    onError: console.error,
  });
  process.once('SIGINT', stop);
}
