/** A message store of its own for a test file: a fresh database on the given server, the real composition root, gRPC. Called by tests/store/*.test.ts. */
import { createServer } from 'node:net';
import type { Client } from 'nice-grpc';
import pg from 'pg';
import { pino } from 'pino';
import type { CallLimits } from '#platform/grpc/client.ts';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import type { ChatEvent } from '#schema/generated/events.ts';
import type { EventBatch } from '#schema/generated/message_store.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';
import { startStore } from '../../subgraphs/storage/store/store.ts';

/** Of a Postgres whose user may create databases; `npm test` sets it. */
const adminUrl = process.env.TEST_POSTGRES_URL ?? '';

export type StoreClient = Client<MessageStoreServiceDefinition, CallLimits>;

export interface StoreUnderTest extends AsyncDisposable {
  readonly client: StoreClient;
  /** The database itself, to look at what clients can't see. */
  readonly pool: pg.Pool;
  readonly url: string;
  /** Another process's worth of store on the same database. */
  startCopy(): Promise<StoreClient>;
}

const internalKey = 'internal-key-of-the-store-tests-0123456789';
const logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

/** Migrated and serving. Disposing it drops the database. */
export async function startStoreUnderTest(): Promise<StoreUnderTest> {
  const database = `store_test_${process.pid}_${Date.now()}`;
  const stack = new AsyncDisposableStack();
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  stack.defer(() => admin.end());
  await admin.query(`CREATE DATABASE ${database}`);
  stack.defer(async () => {
    await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  });
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  const pool = new pg.Pool({ connectionString: url.href });
  pool.on('error', (error) => logger.warn({ err: error }, 'test pool'));
  stack.defer(() => pool.end());
  const startCopy = () => startOne(url.href, stack);
  return {
    client: await startCopy(),
    pool,
    url: url.href,
    startCopy,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startOne(storageDatabaseUrl: string, stack: AsyncDisposableStack): Promise<StoreClient> {
  const grpcPort = await findPort();
  const config = {
    nodeEnv: 'test',
    logLevel: 'silent',
    host: '127.0.0.1',
    internalKey,
    grpcPort,
    storageDatabaseUrl,
    storageConnectionsMax: 12,
    eventRetentionDays: 30,
  } as const;
  await startStore(config, { logger, signal: new AbortController().signal, stack });
  const connection = stack.use(createGrpcConnection({ address: `127.0.0.1:${grpcPort}`, internalKey }));
  return connection.createClient(MessageStoreServiceDefinition);
}

/** All events of a stream of batches. */
export async function collect(batches: AsyncIterable<EventBatch>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const batch of batches) events.push(...batch.events);
  return events;
}

function findPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
