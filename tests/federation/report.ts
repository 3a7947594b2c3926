/** Rows of the federation audit as lines for the terminal and as the page docs/federation-audit.md. Called by run.ts. */
import type { AuditRow } from './audit.ts';
import type { Suite } from './suite.ts';

/** `name   .X..`, a dot for each right answer. */
export function toScores(rows: readonly AuditRow[]): string[] {
  return [...Map.groupBy(rows, ({ name }) => suiteOf(name))].map(
    ([suite, ofSuite]) => `${suite.padEnd(32)} ${ofSuite.map(toMark).join('')}`,
  );
}

/** The whole page: what each suite is about, and which cases the gateway fails. */
export function toPage(gateway: string, suites: readonly Suite[], rows: readonly AuditRow[]): string {
  const wrong = rows.filter((row) => row.wrong !== null);
  return [
    introduction(suites.length, rows.length),
    `## ${gateway}: ${rows.length - wrong.length} of ${rows.length}`,
    '',
    '| suite | what it is about | cases | right |',
    '|---|---|---|---|',
    ...suites.map(({ name, about, cases }) => {
      const right = rows.filter((row) => suiteOf(row.name) === name && row.wrong === null).length;
      return `| ${name} | ${toCell(about)} | ${cases.length} | ${right === cases.length ? 'all' : right} |`;
    }),
    '',
    ...(wrong.length === 0 ? [] : ['### Wrong answers', '', ...wrong.map(toItem), '']),
  ].join('\n');
}

const seenCharsMax = 240;

function toItem({ name, wrong }: AuditRow): string {
  const text = wrong ?? '';
  return `- **${name}**: \`${text.length > seenCharsMax ? `${text.slice(0, seenCharsMax)}…` : text}\``;
}

function introduction(suiteCount: number, caseCount: number): string {
  return `# Query federation, audited

${suiteCount} suites with ${caseCount} cases of what a gateway must make of queries and mutations to a federation: keys, \`@requires\`, \`@provides\`, \`@override\`,
\`@inaccessible\`, interface objects, abstract types that are spread over subgraphs, merged types, Federation 1, operations and failures. They stand for the public
federation gateway audit of The Guild, feature by feature, with schemas, data and questions of their own, and go on where that stops.

The subgraphs are \`@apollo/subgraph\` over HTTP and stricter than that: a reference without a key that the subgraph resolves is refused, and so is a field it has no
data for, so that a plan that asks the wrong subgraph is not taken for a right one. What is expected is what graphql-js answers over the same world in one server;
the few cases where a federation can't do the same say why. Data has to come in the order of the selections, and errors where they are expected and nowhere else.

\`npm test\` runs all of it. This page is written by

\`\`\`sh
npm run audit:federation -- --report docs/federation-audit.md
\`\`\`

Another gateway is an \`AuditedGateway\` (\`tests/federation/audit.ts\`): a function from a supergraph, a query and variables to the answer.
`;
}

function suiteOf(name: string): string {
  return name.split('/')[0] ?? name;
}

function toMark({ wrong }: AuditRow): string {
  return wrong === null ? '.' : 'X';
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
