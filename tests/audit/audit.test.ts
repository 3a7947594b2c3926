/** The audit of federated subscriptions against our gateway: the cases that fail and those that do not apply are exactly these. `npm run audit` shows what was seen. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import { auditCases, runAudit } from './audit.ts';
import type { StartedGateway } from './gateways/gateway.ts';
import { toCredentials } from './gateways/gateway.ts';
import { createMessageMe } from './gateways/messageme.ts';
import { plantBug, plantedBugs } from './planted-bugs.ts';
import type { World } from './subgraphs/world.ts';
import { startWorld, subgraphCount } from './subgraphs/world.ts';

const { KAFKA_BROKERS: kafkaBrokers = '', TEST_FOLDER: testFolder = '' } = process.env;

const failing = [
  // Apollo's planner takes the client's alias for the required field of that name.
  'requires/under-an-alias',
];
const notApplicable: readonly string[] = [];

let world: World;
let started: StartedGateway;

before(async () => {
  const folder = mkdtempSync(join(testFolder, 'audit-'));
  const gateway = createMessageMe({ folder, kafkaBrokers, print: () => undefined });
  world = await startWorld({
    ports: await findFreePorts(subgraphCount),
    supergraphPath: join(folder, 'supergraph.graphql'),
    credentials: toCredentials(gateway.authorization),
  });
  started = await gateway.start(world.supergraphPath);
});
after(async () => {
  await started[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

test('our gateway keeps every rule but these', async () => {
  const rows = await runAudit({ world, target: started.target, cases: auditCases });
  const namesOf = (verdict: string) =>
    rows
      .filter((row) => row.verdict === verdict)
      .map(({ name }) => name)
      .sort();
  const seen = rows.filter(({ verdict }) => verdict === 'fail').map(({ name, seen }) => `${name}: ${seen}`);
  assert.deepEqual(namesOf('fail'), [...failing].sort(), seen.join('\n'));
  assert.deepEqual(namesOf('n/a'), [...notApplicable].sort());
});

test('a gateway with a fault fails the case about it', async () => {
  const verdicts = await Promise.all(
    plantedBugs.map(async (bug) => {
      await using planted = await plantBug(started.target, bug);
      const cases = auditCases.filter(({ name }) => name === bug.caughtBy);
      const [row] = await runAudit({ world, target: planted.target, cases });
      return `${bug.name}: ${row?.verdict}`;
    }),
  );
  assert.deepEqual(
    verdicts,
    plantedBugs.map(({ name }) => `${name}: fail`),
  );
});
