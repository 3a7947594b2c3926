/** The summary that `npm start` and `npm run status` print. */
import type { Ports } from './settings.ts';

export interface TableOptions {
  readonly ports: Ports;
  /** Of the demo accounts. */
  readonly password: string;
  readonly title: string;
  /** Whether the demo people are there to sign in as. */
  readonly hasAccounts: boolean;
  /** What to do next, in one line. */
  readonly closing: string;
}

/** Several lines: addresses, accounts, and one command that works. */
export function renderTable({ ports, password, title, hasAccounts, closing }: TableOptions): string {
  const gateway = `http://localhost:${ports.gateway}`;
  const sandbox = `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(`${gateway}/graphql`)}`;
  const query =
    'mutation { login(input: {identifier: \\"ada\\", password: \\"PASSWORD\\"}) { __typename ... on SignedIn { tokens { accessToken } } } }';
  const rows = [
    ['GraphQL', `${gateway}/graphql`],
    ['Live', `ws://localhost:${ports.gateway}/graphql`],
    ['Explorer', `${gateway}/explorer`],
    ['Sandbox', sandbox],
    ['Mailbox', `http://localhost:${ports.mailbox}`],
    ...(hasAccounts ? [['Accounts', `ada, linus, grace (password: ${password})`]] : []),
  ];
  const table = rows.map(([name = '', value = '']) => `  ${name.padEnd(10)}${value}`);
  return [
    '',
    `MessageMe  ${title}`,
    '',
    ...table,
    '',
    ...(hasAccounts
      ? [
          '  Sign in:',
          `  curl -s ${gateway}/graphql -H 'content-type: application/json' -d '{"query":"${query.replace('PASSWORD', password)}"}'`,
          '',
        ]
      : []),
    `  ${closing}`,
    '',
  ].join('\n');
}
