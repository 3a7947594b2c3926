/** Runs cases against one gateway: several at a time, those that break things one by one at the end. Called by run.ts and audit.test.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditCase } from './case.ts';
import { NotApplicable, Scene } from './case.ts';
import { failureCases } from './cases/failures.ts';
import { federationCases } from './cases/federation.ts';
import { httpStreamCases } from './cases/http-streams.ts';
import { inputCases } from './cases/inputs.ts';
import { outageCases } from './cases/outages.ts';
import { selectionCases } from './cases/selections.ts';
import { singleConnectionCases } from './cases/single-connection.ts';
import { slowClientCases } from './cases/slow-clients.ts';
import { streamCases } from './cases/streams.ts';
import { subscriberCases } from './cases/subscribers.ts';
import { webSocketCases } from './cases/transport-ws.ts';
import type { Target } from './clients/target.ts';
import type { World } from './subgraphs/world.ts';

export type Verdict = 'pass' | 'fail' | 'n/a';

export interface Row {
  readonly name: string;
  readonly rule: string;
  readonly source: string;
  readonly verdict: Verdict;
  /** One line for people. */
  readonly seen: string;
  readonly ms: number;
}

export interface AuditOptions {
  readonly world: World;
  readonly target: Target;
  readonly cases: readonly AuditCase[];
  readonly onRow?: (row: Row) => void;
}

/** In the order of the report; reload is last, for it leaves another supergraph. */
export const auditCases: readonly AuditCase[] = [
  ...selectionCases,
  ...inputCases,
  ...federationCases,
  ...failureCases,
  ...streamCases,
  ...subscriberCases,
  ...webSocketCases,
  ...httpStreamCases,
  ...singleConnectionCases,
  ...slowClientCases,
  ...outageCases,
];

const atATime = 6;
const caseMsMax = 60_000;

/** One row for each case, in their order. */
export async function runAudit({ world, target, cases, onRow }: AuditOptions): Promise<Row[]> {
  const rows = new Map<AuditCase, Row>();
  const run = async (one: AuditCase) => {
    const row = await runCase(one, new Scene(world, target));
    rows.set(one, row);
    onRow?.(row);
  };
  const queue = cases.filter(({ isAlone }) => isAlone !== true);
  const workers = Array.from({ length: atATime }, async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await run(one);
  });
  await Promise.all(workers);
  for (const one of cases.filter(({ isAlone }) => isAlone === true)) await run(one);
  return cases.flatMap((one) => rows.get(one) ?? []);
}

async function runCase({ name, rule, source, run }: AuditCase, scene: Scene): Promise<Row> {
  const startedAt = performance.now();
  const overdue = new AbortController();
  const tooLong = delay(caseMsMax, null, { signal: overdue.signal, ref: false }).then(() => {
    throw new Error(`not over after ${caseMsMax} ms`);
  });
  const { verdict, seen } = await Promise.race([run(scene), tooLong]).then(
    (text) => ({ verdict: 'pass' as const, seen: text }),
    (error: Error) => ({
      verdict: error instanceof NotApplicable ? ('n/a' as const) : ('fail' as const),
      seen: error.message,
    }),
  );
  overdue.abort();
  tooLong.catch(() => undefined);
  await scene[Symbol.asyncDispose]();
  return { name, rule, source, verdict, seen, ms: Math.round(performance.now() - startedAt) };
}
