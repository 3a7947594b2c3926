/** Answers as they reach clients: compressed when it is worth it and the client takes it, and always the same text. */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { Registry } from 'prom-client';
import { chooseEncoding, createAnswerCompression } from '#gateway/answer-compression.ts';

const settings = { compressionEnabled: true, compressionBytesMin: 1_000, compressionsMax: 2 };
const large = JSON.stringify({ data: { names: Array.from({ length: 200 }, (_, n) => `Zoë ${n}`) } });
const decoders = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** A server that answers every request with this text. */
async function serve(text: string | Buffer, changed: Partial<typeof settings> = {}, headers = {}) {
  const registry = new Registry();
  const compression = createAnswerCompression({ ...settings, ...changed }, registry);
  const listener: RequestListener = (request, response) => {
    response.setHeader('vary', 'origin');
    response.setHeaders(new Map(Object.entries({ 'content-type': 'application/json', ...headers })));
    void compression.send(request, response, text);
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ask: (acceptEncoding?: string) =>
      new Promise<Received>((resolve, reject) => {
        const accepted = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
        get({ port, host: '127.0.0.1', headers: accepted }, (response) => {
          buffer(response).then((bytes) => resolve({ headers: response.headers, bytes }), reject);
        }).on('error', reject);
      }),
    sum: async (name: string) => {
      const { values = [] } = (await registry.getSingleMetric(name)?.get()) ?? {};
      return values.reduce((sum, { value }) => sum + value, 0);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a large answer goes out in each encoding, and is the same text again', async () => {
  await using server = await serve(large);
  for (const [encoding, decode] of Object.entries(decoders)) {
    const { headers, bytes } = await server.ask(encoding);
    assert.equal(headers['content-encoding'], encoding);
    assert.equal(headers['content-length'], String(bytes.length));
    assert.equal(headers.vary, 'origin, Accept-Encoding');
    assert.equal(headers['content-type'], 'application/json');
    assert.ok(bytes.length < large.length / 2);
    assert.equal(decode(bytes).toString(), large);
  }
  assert.equal(await server.sum('gateway_compressed_answers_total'), 3);
  assert.ok((await server.sum('gateway_compression_saved_bytes_total')) > large.length);
});

test('the client gets what it likes best, and what it does not take it never gets', () => {
  for (const [accepted, encoding] of [
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['br; q=0, gzip', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0.1, zstd;q=0', 'br'],
    ['gzip;q=0, *;q=0', null],
    ['identity', null],
    ['identity;q=1, gzip;q=0.5', null],
    ['deflate', null],
    ['gzip;q=nonsense', null],
    ['', null],
  ] as const) {
    assert.equal(chooseEncoding(accepted), encoding, accepted);
  }
});

test('without a client that takes it, a large answer says that it could have been another', async () => {
  await using server = await serve(large);
  for (const accepted of [undefined, 'identity']) {
    const { headers, bytes } = await server.ask(accepted);
    assert.equal(headers['content-encoding'], undefined);
    assert.equal(headers.vary, 'origin, Accept-Encoding');
    assert.equal(bytes.toString(), large);
  }
});

test('short answers, those that must not be changed, and all when it is switched off, go as they are', async () => {
  for (const server of [
    await serve('{"data":{"ok":true}}'),
    await serve(large, { compressionEnabled: false }),
    await serve(large, {}, { 'cache-control': 'public, no-transform' }),
    await serve(gzipped, {}, { 'content-encoding': 'x-own' }),
  ]) {
    await using asked = server;
    const { headers } = await asked.ask('gzip, br, zstd');
    assert.ok([undefined, 'x-own'].includes(headers['content-encoding']));
    assert.equal(headers.vary, 'origin');
  }
});

const gzipped = Buffer.alloc(2_000, 'x');

test('when too many are being compressed, the others do not wait', async () => {
  const text = JSON.stringify({ data: Array.from({ length: 300_000 }, (_, n) => n * 7919) });
  await using server = await serve(text, { compressionsMax: 1 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => server.ask('gzip')));
  const asTheyAre = answers.filter(({ headers }) => headers['content-encoding'] === undefined);
  assert.ok(asTheyAre.length > 0 && asTheyAre.length < 8, `${asTheyAre.length} were not compressed`);
  assert.ok(asTheyAre.every(({ bytes }) => bytes.toString() === text));
  assert.equal(await server.sum('gateway_compressions_skipped_total'), asTheyAre.length);
});
