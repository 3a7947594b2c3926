/** The audit of federated subscriptions against our gateway: the cases that fail and those that do not apply are exactly these. `npm run audit` shows what was seen. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import { auditCases, runAudit } from './audit.ts';
import type { Target } from './clients/target.ts';
import { toCredentials } from './gateways/gateway.ts';
import { createMessageMe } from './gateways/messageme.ts';
import { plantBug, plantedBugs } from './planted-bugs.ts';
import type { SubscriptionProtocol } from './subgraphs/subgraph.ts';
import type { World } from './subgraphs/world.ts';
import { startWorld, subgraphCount } from './subgraphs/world.ts';

const { KAFKA_BROKERS: kafkaBrokers = '', TEST_FOLDER: testFolder = '' } = process.env;

const failing = [
  // Apollo's planner takes the client's alias for the required field of that name.
  'requires/under-an-alias',
];
const notApplicable: readonly string[] = [];

interface Stage extends AsyncDisposable {
  readonly world: World;
  readonly target: Target;
}

async function startStage(protocol: SubscriptionProtocol): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(testFolder, 'audit-'));
  const environment = protocol === 'sse' ? { SUBSCRIPTION_PROTOCOLS: 'catalog=sse,reviews=sse' } : {};
  const gateway = createMessageMe({ folder, kafkaBrokers, environment, print: () => undefined });
  const world = stack.use(
    await startWorld({
      ports: await findFreePorts(subgraphCount),
      supergraphPath: join(folder, 'supergraph.graphql'),
      credentials: toCredentials(gateway.authorization),
      protocol,
    }),
  );
  const { target } = stack.use(await gateway.start(world.supergraphPath));
  const owned = stack.move();
  return { world, target, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function requireVerdicts(stage: Stage): Promise<void> {
  const rows = await runAudit({ ...stage, cases: auditCases });
  const namesOf = (verdict: string) =>
    rows
      .filter((row) => row.verdict === verdict)
      .map(({ name }) => name)
      .sort();
  const seen = rows.filter(({ verdict }) => verdict === 'fail').map(({ name, seen }) => `${name}: ${seen}`);
  assert.deepEqual(namesOf('fail'), [...failing].sort(), seen.join('\n'));
  assert.deepEqual(namesOf('n/a'), [...notApplicable].sort());
}

test('our gateway keeps every rule but these', async () => {
  await using stage = await startStage('transport-ws');
  await requireVerdicts(stage);
});

test('and also when its subgraphs speak server-sent events', async () => {
  await using stage = await startStage('sse');
  await requireVerdicts(stage);
});

test('a gateway with a fault fails the case about it', async () => {
  await using stage = await startStage('transport-ws');
  const verdicts = await Promise.all(
    plantedBugs.map(async (bug) => {
      await using planted = await plantBug(stage.target, bug);
      const cases = auditCases.filter(({ name }) => name === bug.caughtBy);
      const [row] = await runAudit({ world: stage.world, target: planted.target, cases });
      return `${bug.name}: ${row?.verdict}`;
    }),
  );
  assert.deepEqual(
    verdicts,
    plantedBugs.map(({ name }) => `${name}: fail`),
  );
});
