/** Rows as text for the terminal and as the page docs/subscription-audit.md. Called by run.ts. */
import type { Row, Verdict } from './audit.ts';

/** All rows of one gateway. */
export interface GatewayRows {
  readonly gateway: string;
  readonly rows: readonly Row[];
}

const seenCharsMax = 220;

/** `118 pass, 3 fail, 9 n/a` */
export function summarize(rows: readonly Row[]): string {
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  return `${count('pass')} pass, ${count('fail')} fail, ${count('n/a')} n/a`;
}

/** One line of the terminal. */
export function toLine({ verdict, name, seen, ms }: Row): string {
  return `${verdict.padEnd(4)}  ${name.padEnd(40)} ${String(ms).padStart(6)} ms  ${cut(seen)}`;
}

/** The page: the counts, a table of all cases by group, and what was seen where a rule is broken. */
export function toPage(results: readonly GatewayRows[], command: string): string {
  const names = results.map(({ gateway }) => gateway);
  const [first] = results;
  const groups = [...new Set((first?.rows ?? []).map(({ name }) => groupOf(name)))];
  return [
    introduction(first?.rows.length ?? 0, command),
    '## Counts',
    '',
    `| group | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---').join('|')}|`,
    ...groups.map((group) => `| ${group} | ${results.map((one) => countGroup(one, group)).join(' | ')} |`),
    `| **all** | ${results.map(({ rows }) => `**${summarize(rows)}**`).join(' | ')} |`,
    '',
    '## Cases',
    '',
    `| case | what a gateway must do | ${names.join(' | ')} |`,
    `|---|---|${names.map(() => '---').join('|')}|`,
    ...(first?.rows ?? []).map(({ name, rule, source }) => {
      const verdicts = results.map(({ rows }) => showVerdict(rows.find((row) => row.name === name)?.verdict));
      return `| ${name} | ${toCell(rule)} [source](${source}) | ${verdicts.join(' | ')} |`;
    }),
    '',
    ...results.flatMap(describeUnmet),
  ].join('\n');
}

function introduction(count: number, command: string): string {
  return `# Federated subscriptions, audited

${count} cases of what a federation gateway must do with subscriptions: GraphQL over the pieces of a plan, failures inside an event, streams and
their ends, many subscribers, slow ones, the protocols that clients speak, and what happens when something breaks. Each points at the text that
says so. The subgraphs (\`tests/audit/subgraphs\`) are plain \`@apollo/subgraph\` with graphql-transport-ws; nothing in them is made for one
gateway. \`n/a\`: the gateway does not offer what the case is about, and no rule says that it has to. Written by

\`\`\`sh
${command}
\`\`\`

Settings that differ from the defaults: MessageMe lets one person have more sockets and send more messages; Hive Gateway subscribes at subgraphs
over WebSocket and passes \`authorization\` on. \`npm test\` runs the cases against MessageMe and a proxy with planted bugs against the cases.

Another gateway has to serve the supergraph file that this prints, and to follow it (\`--help\` has the rest):

\`\`\`sh
npm run audit -- --url http://localhost:4000/graphql --ws ws://localhost:4000/graphql
\`\`\`
`;
}

function describeUnmet({ gateway, rows }: GatewayRows): string[] {
  const groups = Map.groupBy(rows, ({ name }) => groupOf(name));
  const lines = [...groups].flatMap(([group, ofGroup]) => {
    const [first] = ofGroup;
    // What is not offered at all needs to be said once.
    if (first !== undefined && isAbsent(ofGroup)) return [toUnmet({ ...first, name: `${group}/*` })];
    return ofGroup.filter(({ verdict }) => verdict !== 'pass').map(toUnmet);
  });
  if (lines.length === 0) return [];
  return [`## What was seen: ${gateway}`, '', '| case | verdict | seen |', '|---|---|---|', ...lines, ''];
}

function toUnmet({ name, verdict, seen }: Row): string {
  return `| ${name} | ${showVerdict(verdict)} | ${toCell(cut(seen))} |`;
}

function isAbsent(rows: readonly Row[]): boolean {
  return rows.every(({ verdict }) => verdict === 'n/a');
}

function groupOf(name: string): string {
  return name.split('/')[0] ?? name;
}

function countGroup({ rows }: GatewayRows, group: string): string {
  const ofGroup = rows.filter(({ name }) => groupOf(name) === group);
  const passed = ofGroup.filter(({ verdict }) => verdict === 'pass').length;
  if (isAbsent(ofGroup)) return 'n/a';
  const absent = ofGroup.filter(({ verdict }) => verdict === 'n/a').length;
  return `${passed} of ${ofGroup.length - absent}${absent > 0 ? `, ${absent} n/a` : ''}`;
}

function showVerdict(verdict: Verdict | undefined): string {
  return verdict === 'fail' ? '**fail**' : (verdict ?? '');
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > seenCharsMax ? `${line.slice(0, seenCharsMax)}…` : line;
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
