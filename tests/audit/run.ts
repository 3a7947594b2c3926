/** `npm run audit`: the cases against one gateway or several, those it starts by itself and any other by its URLs. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CommandLineValues } from '#infra/command-line.ts';
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import { runToEnd } from '#infra/stack/run-to-end.ts';
import { findFreePorts } from '../harness/free-ports.ts';
import { startTestStack } from '../harness/stack.ts';
import { auditCases, runAudit } from './audit.ts';
import type { AuditCase } from './case.ts';
import { postOperation } from './clients/http.ts';
import type { StartableGateway } from './gateways/gateway.ts';
import { toCredentials } from './gateways/gateway.ts';
import { createHive } from './gateways/hive.ts';
import { createMessageMe } from './gateways/messageme.ts';
import type { GatewayRows } from './report.ts';
import { summarize, toLine, toPage } from './report.ts';
import { startWorld, subgraphCount } from './subgraphs/world.ts';
import { until } from './until.ts';

const gatewayNames = ['messageme', 'hive', 'hive-rust'] as const;
type GatewayName = (typeof gatewayNames)[number];

const help = `Usage: npm run audit -- --gateway <name> [--gateway <name> ...] [options]
       npm run audit -- --url <url> --ws <url> [options]

Starts four subgraphs, writes their supergraph, and looks at what a gateway makes of subscriptions to it. The exit code is 0 when no case
fails.

  --gateway <name>        starts it by itself: ${gatewayNames.join(', ')}; may be given several times
  --url, --ws <url>       a gateway that somebody else runs: it serves the file that is printed, and follows it
  --supergraph <file>     where the supergraph is written (a new folder in ${tmpdir()})
  --port <n>              first of the four ports of the subgraphs (free ones)
  --authorization <text>  \`authorization\` of the first person, as a header and in connection_init (Bearer audit-first)
  --other-authorization <text>  of the second person (Bearer audit-second)
  --reload <command>      makes the gateway read the file again, when it does not follow it by itself
  --pid <n>               process of the gateway, to see its memory
  --only <text>           only cases whose name contains the text
  --json                  prints the rows as JSON
  --report <file>         writes the page of docs/subscription-audit.md
`;

const reachableWaitMs = 10 * 60_000;

const text = { type: 'string' } as const;
const options = {
  gateway: { type: 'string', multiple: true, default: [] as string[] },
  url: text,
  ws: text,
  supergraph: text,
  port: text,
  authorization: { type: 'string', default: 'Bearer audit-first' },
  'other-authorization': { type: 'string', default: 'Bearer audit-second' },
  reload: text,
  pid: text,
  only: { type: 'string', default: '' },
  json: { type: 'boolean', default: false },
  report: text,
} as const;

/** Refuses what can't be used; returns the cases to run. */
function checkValues(values: Values): readonly AuditCase[] {
  const unknown = values.gateway.find((name) => !gatewayNames.some((known) => known === name));
  if (unknown !== undefined) throw new UsageError(`There is no gateway ${unknown}.`);
  const isForeign = values.url !== undefined && values.ws !== undefined;
  if (isForeign === values.gateway.length > 0)
    throw new UsageError('Say either --gateway or both --url and --ws.');
  for (const name of ['port', 'pid'] as const) {
    const given = values[name];
    if (given !== undefined && !/^[1-9]\d*$/.test(given)) throw new UsageError(`--${name} takes a number.`);
  }
  const cases = auditCases.filter(({ name }) => name.includes(values.only));
  if (cases.length === 0) throw new UsageError(`No case has ${values.only} in its name.`);
  return cases;
}

type Values = CommandLineValues<typeof options>;

/** Somebody else runs it. */
function createForeign({ url = '', ws = '', reload, pid, ...values }: Values): StartableGateway {
  const authorization = { first: values.authorization, second: values['other-authorization'] };
  const target = {
    url,
    wsUrl: ws,
    authorization,
    reload: reload === undefined ? null : () => runToEnd('sh', ['-c', reload]),
    pid: pid === undefined ? null : () => Number(pid),
  };
  return {
    title: url,
    authorization,
    start: async (supergraphPath) => {
      console.error(`supergraph: ${supergraphPath}\nwaiting for ${url} to serve it ...`);
      await until(`${url} to answer`, () => answers(), reachableWaitMs);
      return { target, [Symbol.asyncDispose]: async () => undefined };
    },
  };

  async function answers(): Promise<boolean> {
    const payload = { query: '{ product(id: "p1") { id rating } }' };
    const { data } = await postOperation(target, payload, authorization.first).catch(() => ({ data: null }));
    return data !== null && data !== undefined;
  }
}

async function findKafka(owned: AsyncDisposableStack): Promise<string> {
  const { KAFKA_BROKERS: given } = process.env;
  if (given !== undefined && given !== '') return given;
  const stack = owned.use(await startTestStack({ print: (line) => console.error(line) }));
  return stack.variables.KAFKA_BROKERS ?? '';
}

async function createGateway(
  name: GatewayName,
  folder: string,
  owned: AsyncDisposableStack,
): Promise<StartableGateway> {
  const options = { folder, print: (line: string) => console.error(line) };
  switch (name) {
    case 'messageme':
      return createMessageMe({ ...options, kafkaBrokers: await findKafka(owned) });
    case 'hive':
      return createHive({ ...options, planner: 'JavaScript' });
    case 'hive-rust':
      return createHive({ ...options, planner: 'Rust' });
  }
}

interface GatewayRun {
  readonly gateway: StartableGateway;
  readonly folder: string;
  readonly cases: readonly AuditCase[];
  readonly values: Values;
}

async function auditGateway({ gateway, folder, cases, values }: GatewayRun): Promise<GatewayRows> {
  const first = values.port === undefined ? null : Number(values.port);
  await using world = await startWorld({
    ports: first === null ? await findFreePorts(subgraphCount) : [0, 1, 2, 3].map((n) => first + n),
    supergraphPath: resolve(values.supergraph ?? join(folder, 'supergraph.graphql')),
    credentials: toCredentials(gateway.authorization),
  });
  await using started = await gateway.start(world.supergraphPath);
  console.error(`\n${gateway.title}`);
  const onRow = (row: GatewayRows['rows'][number]) => console.error(toLine(row));
  const rows = await runAudit({ world, target: started.target, cases, onRow });
  console.error(`${gateway.title}: ${summarize(rows)}`);
  return { gateway: gateway.title, rows };
}

process.exitCode = await runCommandLine({ help, options, run: audit });

async function audit(values: Values): Promise<number> {
  const cases = checkValues(values);
  const results: GatewayRows[] = [];
  const names = values.gateway.length === 0 ? [null] : (values.gateway as GatewayName[]);
  for (const name of names) {
    await using owned = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'subscription-audit-'));
    chmodSync(folder, 0o755);
    owned.defer(() => rmSync(folder, { recursive: true, force: true }));
    const gateway = name === null ? createForeign(values) : await createGateway(name, folder, owned);
    results.push(await auditGateway({ gateway, folder, cases, values }));
  }
  if (values.json) console.log(JSON.stringify(results, null, 2));
  if (values.report !== undefined) {
    const gateways = values.gateway.map((name) => `--gateway ${name} `).join('');
    writeFileSync(values.report, toPage(results, `npm run audit -- ${gateways}--report ${values.report}`));
  }
  return results.some(({ rows }) => rows.some(({ verdict }) => verdict === 'fail')) ? 1 : 0;
}
