/** The audit of federated subscriptions against our gateway: the cases that fail and those that do not apply are exactly these. `npm run audit` shows what was seen. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findFreePorts } from '#tests/harness/free-ports.ts';
import { auditCases, runAudit } from './audit.ts';
import { toCredentials } from './gateways/gateway.ts';
import { createMessageMe } from './gateways/messageme.ts';
import { startWorld, subgraphCount } from './subgraphs/world.ts';

const { KAFKA_BROKERS: kafkaBrokers = '', TEST_FOLDER: testFolder = '' } = process.env;

const failing: readonly string[] = [];
const notApplicable: readonly string[] = [];

test('our gateway keeps every rule of the audit but these', async () => {
  const folder = mkdtempSync(join(testFolder, 'audit-'));
  const gateway = createMessageMe({ folder, kafkaBrokers, print: () => undefined });
  await using world = await startWorld({
    ports: await findFreePorts(subgraphCount),
    supergraphPath: join(folder, 'supergraph.graphql'),
    credentials: toCredentials(gateway.authorization),
  });
  await using started = await gateway.start(world.supergraphPath);
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
