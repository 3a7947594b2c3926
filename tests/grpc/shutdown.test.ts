/** What callers are told when a gRPC server of ours is shut down under a call that takes longer than it waits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ClientError, Status } from 'nice-grpc';
import { pino } from 'pino';
import { createGrpcConnection } from '#platform/grpc/client.ts';
import { startGrpcServer } from '#platform/grpc/server.ts';
import { MessageStoreServiceDefinition } from '#schema/generated/message_store.ts';

const internalKey = 'k'.repeat(32);
const { append, replay } = MessageStoreServiceDefinition.methods;
const servedPart = { ...MessageStoreServiceDefinition, methods: { append, replay } };

test('a shut down server is UNAVAILABLE, for a running stream and for a running call', async () => {
  const stopping = new AbortController();
  const forEver = () => delay(60_000, undefined, { signal: stopping.signal }).catch(() => undefined);
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    internalKey,
    logger: pino({ level: 'silent' }),
    toServerError: () => null,
    register: (grpc) =>
      grpc.add(servedPart, {
        append: async () => {
          await forEver();
          return {};
        },
        replay: async function* replay() {
          yield { events: [] };
          await forEver();
        },
      }),
  });
  await using connection = createGrpcConnection({ address: `127.0.0.1:${server.port}`, internalKey });
  const client = connection.createClient(MessageStoreServiceDefinition);
  const batches = client.replay({})[Symbol.asyncIterator]();
  await batches.next();
  const isUnavailable = (error: unknown) => error instanceof ClientError && error.code === Status.UNAVAILABLE;
  const answers = Promise.all([
    assert.rejects(batches.next(), isUnavailable),
    assert.rejects(client.append({}, { deadlineMs: 20_000 }), isUnavailable),
  ]);
  await delay(200);
  await server[Symbol.asyncDispose]();
  await answers;
  stopping.abort();
});
