/** The harness itself: a network that can't start leaves nothing behind. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import pg from 'pg';
import { readIdentity } from '#infra/stack/process-identity.ts';
import { startNetwork } from './network.ts';

const { TEST_FOLDER: testFolder = '', TEST_POSTGRES_URL: adminUrl = '' } = process.env;

test('a network of which one process refuses to start ends the others and drops its databases', async () => {
  const starting = startNetwork({
    name: 'broken',
    wire: ({ name, environment }) => {
      if (name === 'chat') environment.STREAMS_MAX = 'many';
    },
  });
  await assert.rejects(starting, /STREAMS_MAX/);

  const logs = globSync(`${testFolder}/broken_*/logs/*.log`).map((file) => readFileSync(file, 'utf8'));
  const pids = new Set(
    logs.flatMap((log) => [...log.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid))),
  );
  assert.ok(pids.size >= 2, 'nothing else had started');
  assert.deepEqual(
    [...pids].filter((pid) => readIdentity(pid) !== null),
    [],
  );
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client.query("select 1 from pg_database where datname like 'test_broken_%'");
  await client.end();
  assert.deepEqual(rows, []);
});
