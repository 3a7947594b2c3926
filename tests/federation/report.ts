/** Rows of the federation audit as lines for the terminal and as the page docs/federation-audit.md. Called by run.ts. */
import type { AuditRow } from './audit.ts';
import type { Suite } from './suite.ts';

/** All rows of one gateway. */
export interface GatewayRows {
  readonly gateway: string;
  readonly rows: readonly AuditRow[];
}

/** `name   .X..`, a dot for each right answer. */
export function toScores(rows: readonly AuditRow[]): string[] {
  return [...Map.groupBy(rows, ({ name }) => suiteOf(name))].map(
    ([suite, ofSuite]) => `${suite.padEnd(32)} ${ofSuite.map(toMark).join('')}`,
  );
}

/** The whole page: what each suite is about, and which cases which gateway fails. */
export function toPage(suites: readonly Suite[], results: readonly GatewayRows[]): string {
  const caseCount = suites.flatMap(({ cases }) => cases).length;
  return [
    introduction(suites.length, caseCount),
    `| suite | what it is about | cases | ${results.map(({ gateway }) => gateway).join(' | ')} |`,
    `|---|---|---|${results.map(() => '---').join('|')}|`,
    ...suites.map(({ name, about, cases }) => {
      const scores = results.map(({ rows }) => countRight(rows.filter((row) => suiteOf(row.name) === name)));
      return `| ${name} | ${toCell(about)} | ${cases.length} | ${scores.join(' | ')} |`;
    }),
    `| **all** | | **${caseCount}** | ${results.map(({ rows }) => `**${countRight(rows)}**`).join(' | ')} |`,
    '',
    ...results.flatMap(describeFaults),
  ].join('\n');
}

function describeFaults({ gateway, rows }: GatewayRows): string[] {
  const wrong = rows.filter((row) => row.wrong !== null);
  return wrong.length === 0 ? [] : [`## Wrong answers of ${gateway}`, '', ...wrong.map(toItem), ''];
}

/** How many answers are right. */
export function countRight(rows: readonly AuditRow[]): number {
  return rows.filter(({ wrong }) => wrong === null).length;
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
npm run audit:federation -- --gateway messageme --gateway apollo --report docs/federation-audit.md
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
