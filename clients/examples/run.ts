/** `node infra/bootstrap.mjs clients/examples/run.ts graphql-ws|apollo|urql`: prints the inbox of one of the demo people of `npm start` as it happens. */
import type { InboxOptions } from './inbox.ts';
import { signIn } from './session.ts';

const {
  GRAPHQL_URL: url = 'http://localhost:4000/graphql',
  IDENTIFIER: identifier = 'ada',
  PASSWORD: password = 'demo-demo-demo',
} = process.env;

const examples: Record<string, () => Promise<{ followInbox(options: InboxOptions): () => void }>> = {
  'graphql-ws': () => import('./graphql-ws.ts'),
  apollo: () => import('./apollo.ts'),
  urql: () => import('./urql.ts'),
};

const usage = `Usage: node infra/bootstrap.mjs clients/examples/run.ts ${Object.keys(examples).join('|')}

Prints the inbox of somebody as it happens, through all reconnects, until Ctrl+C.

  GRAPHQL_URL           the gateway (http://localhost:4000/graphql)
  IDENTIFIER, PASSWORD  who signs in (ada, as npm start has made her)
`;

/** A CloseEvent shows nothing of itself when it is printed. */
function report(error: unknown): void {
  const { code, reason } = error as { code?: unknown; reason?: unknown };
  console.error(typeof code === 'number' ? `closed: ${code} ${String(reason)}` : error);
}

const [name = '', ...others] = process.argv.slice(2);
const load = others.length === 0 ? examples[name] : undefined;
if (load === undefined) {
  const isAsked = [name, ...others].includes('--help');
  (isAsked ? process.stdout : process.stderr).write(usage);
  process.exit(isAsked ? 0 : 64);
}
try {
  const [{ followInbox }, readToken] = await Promise.all([load(), signIn(url, { identifier, password })]);
  const stop = followInbox({
    url: url.replace(/^http/, 'ws'),
    readToken,
    onItem: (item) => console.log(JSON.stringify(item)),
    onError: (error) => {
      report(error);
      process.exitCode = 1;
    },
  });
  process.once('SIGINT', () => {
    stop();
    process.exit();
  });
} catch (error) {
  const { message, cause } = error as Error;
  const why = cause instanceof Error ? cause.message || String((cause as { code?: string }).code) : message;
  console.error(`${identifier} can't sign in at ${url}: ${why}`);
  process.exitCode = 1;
}
