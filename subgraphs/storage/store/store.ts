/** Composition root of the message store: migrates, connects, serves gRPC, and says SERVING while Postgres answers. Called by main.ts. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { GrpcServer } from '#platform/grpc/server.ts';
import { startGrpcServer } from '#platform/grpc/server.ts';
import type { Logger } from '#platform/logger.ts';
import { checkPostgres, createOrm, createPool, migrate, poolOf } from '#platform/postgres.ts';
import type { Service } from '#platform/service.ts';
import type { StoreConfig } from './config.ts';
import { entities } from './db/entities.ts';
import { startEventPartitions } from './db/event-partitions.ts';
import { migrations } from './db/migrations.ts';
import { toServerError } from './errors.ts';
import { createMessageStoreService, rawServiceDefinition } from './message-store-service.ts';

const checkMs = 2_000;

/** Serves when it resolves. */
export async function startStore(config: StoreConfig, { logger, signal, stack }: Service): Promise<void> {
  const writersMax = Math.max(2, Math.floor(config.storageConnectionsMax / 3));
  const database = { url: config.storageDatabaseUrl, applicationName: 'messageme store', logger };
  const ormOptions = {
    ...database,
    connectionsMax: Math.max(2, config.storageConnectionsMax - writersMax),
    entities,
    migrations,
  };
  await migrate(ormOptions, signal);
  const orm = await createOrm(ormOptions);
  stack.defer(() => orm.close());
  const readPool = await poolOf(orm);
  const writePool = createPool({ ...database, connectionsMax: writersMax });
  stack.defer(() => writePool.end());
  stack.use(startEventPartitions(writePool, { retentionDays: config.eventRetentionDays, logger }));
  const service = createMessageStoreService({ orm, writePool, readPool, logger });
  const server = stack.use(
    await startGrpcServer({
      host: config.host,
      port: config.grpcPort,
      internalKey: config.internalKey,
      logger,
      register: (grpc) => grpc.add(rawServiceDefinition, service),
      toServerError,
    }),
  );
  stack.use(watchHealth({ pool: readPool, server, logger }, signal));
}

/** Keeps the health service true to what Postgres says, until disposed or told to stop. */
function watchHealth(
  { pool, server, logger }: { pool: Pool; server: GrpcServer; logger: Logger },
  signal: AbortSignal,
): AsyncDisposable {
  const disposing = new AbortController();
  const stopping = AbortSignal.any([signal, disposing.signal]);
  const done = keepHealth({ pool, server, logger }, stopping);
  return {
    async [Symbol.asyncDispose]() {
      disposing.abort();
      await done;
    },
  };
}

async function keepHealth(
  { pool, server, logger }: { pool: Pool; server: GrpcServer; logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  let wasServing: boolean | null = null;
  while (!signal.aborted) {
    const isServing = await checkPostgres(pool).then(
      () => true,
      () => false,
    );
    if (isServing !== wasServing) logger.info({ serving: isServing }, 'health');
    wasServing = isServing;
    server.setServing(isServing && !signal.aborted);
    // Rejects only when aborted, which the loop's condition sees.
    await delay(checkMs, undefined, { signal, ref: false }).catch(() => null);
  }
  server.setServing(false);
}
