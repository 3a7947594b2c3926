/** `npm run audit:federation`: the score of a gateway in the federation audit, and what went wrong. */
import { writeFile } from 'node:fs/promises';
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import type { AuditedGateway, AuditRow } from './audit.ts';
import { auditGateway } from './audit.ts';
import { createCompiledGateway } from './compiled-gateway.ts';
import type { GatewayRows } from './report.ts';
import { countRight, toPage, toScores } from './report.ts';
import { createStockGateway } from './stock-gateway.ts';
import { suites } from './suites.ts';

const help = `Usage: npm run audit:federation -- [--gateway <name> ...] [--only <text>] [--requests] [--report <file>]

Asks gateways the questions of the federation audit. The exit code is 0 when every answer is right.

  --gateway <name> messageme (unless given), apollo; may be given several times
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

const gateways: Readonly<Record<string, () => AuditedGateway>> = {
  messageme: createCompiledGateway,
  apollo: createStockGateway,
};

interface Options {
  readonly gateway: readonly string[];
  readonly only: string;
  readonly requests: boolean;
  readonly report: string | undefined;
}

async function run({ gateway: names, only, requests, report }: Options): Promise<number> {
  const chosen = suites.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new UsageError(`No suite has ${only} in its name.`);
  const results: GatewayRows[] = [];
  for (const name of names) {
    const create = gateways[name];
    if (create === undefined) throw new UsageError(`There is no gateway ${name}.`);
    await using gateway = create();
    const rows = await auditGateway(gateway, chosen);
    results.push({ gateway: name, rows });
    for (const line of toScores(rows)) console.log(line);
    for (const row of rows) if (row.wrong !== null) printFault(row, requests);
    console.log(`\n${name}: ${countRight(rows)} of ${rows.length} cases in ${chosen.length} suites\n`);
  }
  if (report !== undefined) await writeFile(report, toPage(chosen, results));
  return results.every(({ rows }) => countRight(rows) === rows.length) ? 0 : 1;
}

process.exitCode = await runCommandLine({
  help,
  options: {
    gateway: { type: 'string', multiple: true, default: ['messageme'] },
    only: { type: 'string', default: '' },
    requests: { type: 'boolean', default: false },
    report: { type: 'string' },
  },
  run: ({ gateway, only, requests, report }) => run({ gateway, only, requests, report }),
});
