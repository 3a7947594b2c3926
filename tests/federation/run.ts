/** `npm run audit:federation`: the score of a gateway in the federation audit, and what went wrong. */
import { writeFile } from 'node:fs/promises';
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import type { AuditRow } from './audit.ts';
import { auditGateway } from './audit.ts';
import { toPage, toScores } from './report.ts';
import { createStockGateway } from './stock-gateway.ts';
import { suites } from './suites.ts';

const help = `Usage: npm run audit:federation -- [--only <text>] [--requests] [--report <file>]

Asks Apollo Gateway the questions of the federation audit. The exit code is 0 when every answer is right.

  --only <text>    only suites whose name contains the text
  --requests       shows what the subgraphs were asked where the answer is wrong
  --report <file>  writes the page of docs/federation-audit.md
`;

function printFault({ name, wrong, requests }: AuditRow, isShowingRequests: boolean): void {
  console.log(`\n${name}: ${wrong}`);
  if (!isShowingRequests) return;
  for (const { subgraph, query, variables } of requests)
    console.log(`  ${subgraph}: ${query} ${JSON.stringify(variables ?? {})}`);
}

interface Options {
  readonly only: string;
  readonly requests: boolean;
  readonly report: string | undefined;
}

async function run({ only, requests, report }: Options): Promise<number> {
  const chosen = suites.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new UsageError(`No suite has ${only} in its name.`);
  await using gateway = createStockGateway();
  const rows = await auditGateway(gateway, chosen);
  for (const line of toScores(rows)) console.log(line);
  const wrong = rows.filter((row) => row.wrong !== null);
  for (const row of wrong) printFault(row, requests);
  console.log(`\n${rows.length - wrong.length} of ${rows.length} cases in ${chosen.length} suites`);
  if (report !== undefined) await writeFile(report, toPage('Apollo Gateway', chosen, rows));
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = await runCommandLine({
  help,
  options: {
    only: { type: 'string', default: '' },
    requests: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
  run: ({ only, requests, report }) => run({ only, requests, report }),
});
