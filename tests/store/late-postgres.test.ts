/** A process that starts while Postgres is away migrates as soon as it answers; what Postgres refuses is told at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { migrate } from '#platform/postgres.ts';
import { entities } from '../../subgraphs/storage/store/db/entities.ts';
import { migrations } from '../../subgraphs/storage/store/db/migrations.ts';
import { Link } from '../harness/link.ts';
import { startStoreUnderTest } from './store-under-test.ts';

const logger = pino({ level: 'silent' });

test('migrations wait for Postgres, not for a database that it does not have', async () => {
  await using store = await startStoreUnderTest();
  const url = new URL(store.url);
  await using link = await Link.open(url.host);
  url.host = link.address;
  const migrateAt = (at: URL) =>
    migrate(
      { url: at.href, applicationName: 'test', connectionsMax: 1, logger, entities, migrations },
      new AbortController().signal,
    );
  link.set({ kind: 'cut' });
  const migrated = migrateAt(url).then(() => 'migrated');
  assert.equal(await Promise.race([migrated, delay(1_200, 'still waiting')]), 'still waiting');
  link.set({ kind: 'pass' });
  assert.equal(await migrated, 'migrated');
  url.pathname = '/nowhere';
  await assert.rejects(migrateAt(url), /database "nowhere" does not exist/);
});
