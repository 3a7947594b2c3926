/** `npm run audit:federation`: the score of a gateway in the federation audit, and what went wrong. */
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import type { AuditRow } from './audit.ts';
import { auditGateway } from './audit.ts';
import { createStockGateway } from './stock-gateway.ts';
import { suites } from './suites.ts';

const help = `Usage: npm run audit:federation -- [--only <text>] [--requests]

Asks a gateway the questions of the federation audit. The exit code is 0 when every answer is right.

  --only <text>  only suites whose name contains the text
  --requests     shows what the subgraphs were asked where the answer is wrong
`;

/** \`name .X..\`: a dot for a right answer. */
function printScores(rows: readonly AuditRow[]): void {
  for (const [suite, ofSuite] of Map.groupBy(rows, ({ name }) => name.split('/')[0] ?? '')) {
    console.log(`${suite.padEnd(36)} ${ofSuite.map(({ wrong }) => (wrong === null ? '.' : 'X')).join('')}`);
  }
}

async function run(only: string, isShowingRequests: boolean): Promise<number> {
  const chosen = suites.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new UsageError(`No suite has ${only} in its name.`);
  await using gateway = createStockGateway();
  const rows = await auditGateway(gateway, chosen);
  printScores(rows);
  const wrong = rows.filter((row) => row.wrong !== null);
  for (const row of wrong) {
    console.log(`\n${row.name}: ${row.wrong}`);
    if (!isShowingRequests) continue;
    for (const { subgraph, query, variables } of row.requests) {
      console.log(`  ${subgraph}: ${query} ${JSON.stringify(variables ?? {})}`);
    }
  }
  console.log(`\n${rows.length - wrong.length} of ${rows.length} cases in ${chosen.length} suites`);
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await runCommandLine({
  help,
  options: { only: { type: 'string', default: '' }, requests: { type: 'boolean', default: false } },
  run: ({ only, requests }) => run(only, requests),
});
