/** What the gateway sends to copies of a subgraph, what it makes of their answers, and what it repeats. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HeaderRule } from '#gateway/traffic/header-rule-format.ts';
import type { TokenViewer } from '#platform/access-token.ts';
import { ask, codeOf, connect } from './subgraph-connection.ts';
import {
  answerBadGateway,
  answerWell,
  keepSilent,
  reset,
  startCopy,
  urlOfNobody,
} from './subgraph-copies.ts';

test('the request arrives as it was written, and the answer comes back as it was sent', async () => {
  await using copy = await startCopy();
  copy.answer = (_asked, response) => {
    response.setHeader('cache-control', ['public', 'max-age=5']);
    response.write('{"data":{"name":"Zo');
    response.end('ë"}}');
  };
  await using transport = connect([`${copy.url}?copy=1`]);

  const reply = await transport.send(ask('query', '{"query":"{name}","variables":{"x":"é"}}'));

  assert.deepEqual(
    [reply.status, reply.text, reply.bytes.toString(), reply.cacheControl],
    [200, '{"data":{"name":"Zoë"}}', '{"data":{"name":"Zoë"}}', 'public, max-age=5'],
  );
  const [asked] = copy.requests;
  assert.equal(asked?.url, '/graphql?copy=1');
  assert.equal(asked?.body, '{"query":"{name}","variables":{"x":"é"}}');
  const { host: _host, connection: _connection, ...headers } = asked?.headers ?? {};
  assert.deepEqual(headers, {
    accept: 'application/json',
    authorization: 'Bearer ada',
    'content-length': '41',
    'content-type': 'application/json',
    'x-internal-key': 'k'.repeat(32),
  });
});

test('copies take turns, and one that refuses connections is passed over even by mutations', async () => {
  await using first = await startCopy();
  await using second = await startCopy();
  await using transport = connect([first.url, await urlOfNobody(), second.url]);

  for (let sent = 0; sent < 6; sent += 1) await transport.send(ask('mutation'));

  assert.deepEqual([first.requests.length, second.requests.length], [2, 4]);
});

test('a query goes on at another copy when one breaks off, says what is no result, or keeps silent', async () => {
  await using bad = await startCopy();
  await using good = await startCopy();
  await using transport = connect([good.url, bad.url], { subgraphTimeoutMs: 150 });
  for (const answer of [reset, answerBadGateway, keepSilent]) {
    bad.answer = answer;
    for (let sent = 0; sent < 2; sent += 1) {
      const reply = await transport.send(ask('query'));
      assert.equal(reply.text, '{"data":{"ok":true}}');
    }
  }
  assert.equal(bad.requests.length, 3);
});

test('a mutation that has left is not repeated, and nobody claims that it did nothing', async () => {
  await using bad = await startCopy();
  await using other = await startCopy();
  await using transport = connect([other.url, bad.url], { subgraphTimeoutMs: 150 });
  for (const answer of [reset, answerBadGateway, keepSilent]) {
    bad.answer = answer;
    assert.equal(await codeOf(transport.send(ask('mutation'))), 'UNKNOWN_OUTCOME');
    await transport.send(ask('mutation'));
  }
  assert.equal(other.requests.length, 3);
});

test('nobody there: a query and a mutation were not accepted, what follows a mutation is not known', async () => {
  await using transport = connect([await urlOfNobody()]);
  assert.equal(await codeOf(transport.send(ask('query'))), 'SERVICE_UNAVAILABLE');
  assert.equal(await codeOf(transport.send(ask('mutation'))), 'SERVICE_UNAVAILABLE');
  assert.equal(await codeOf(transport.send(ask('after-mutation'))), 'UNKNOWN_OUTCOME');
  assert.equal(await transport.isUp(), false);
});

test('a mutation that got no connection in time was not sent, and is not sent later', async () => {
  await using copy = await startCopy();
  copy.answer = keepSilent;
  await using transport = connect([copy.url], { subgraphTimeoutMs: 300 });
  // More than can be on their way at once, even if the connections of the first ones are free again before they are late.
  const sent = Array.from({ length: 200 }, (_, index) => ({
    body: `{"query":"mutation{n${index}}"}`,
    kind: 'mutation' as const,
  }));

  const codes = await Promise.all(sent.map(({ kind, body }) => codeOf(transport.send(ask(kind, body)))));

  const unsent = sent.filter((_, index) => codes[index] === 'SERVICE_UNAVAILABLE');
  assert.ok(unsent.length >= 50, `${unsent.length} were not sent`);
  copy.answer = answerWell;
  await transport.send(ask('query'));
  const arrived = new Set(copy.requests.map(({ body }) => body));
  assert.deepEqual(
    unsent.filter(({ body }) => arrived.has(body)),
    [],
  );
});

test('an answer with errors is an answer, whatever its status; the wrong key is none', async () => {
  await using copy = await startCopy();
  await using transport = connect([copy.url]);
  copy.answer = (_asked, response) => {
    response.writeHead(503).end('{"errors":[{"message":"later"}],"data":null}');
  };
  const reply = await transport.send(ask('query'));
  assert.equal(reply.status, 503);
  copy.answer = (_asked, response) => void response.writeHead(401).end('{"errors":[{"message":"no"}]}');
  assert.equal(await codeOf(transport.send(ask('query'))), 'SERVICE_UNAVAILABLE');
});

test('the time for an answer is kept to while its body trickles in', async () => {
  await using copy = await startCopy();
  copy.answer = (_asked, response) => {
    response.write('{"data":"');
    const trickle = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(trickle));
  };
  await using transport = connect([copy.url], { subgraphTimeoutMs: 200 });
  const startedAt = performance.now();
  assert.equal(await codeOf(transport.send(ask('query'))), 'SERVICE_UNAVAILABLE');
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs >= 200 && tookMs < 1_000, `${tookMs} ms`);
});

test('a subgraph learns who asks, and what header rules say, which can not make it somebody else', async () => {
  await using copy = await startCopy();
  const headerRules: readonly HeaderRule[] = [
    { kind: 'propagate', name: 'x-tenant', as: 'x-org', preset: null, subgraph: 'rooms' },
    { kind: 'insert', name: 'x-env', value: 'test', subgraph: null },
    { kind: 'insert', name: 'x-elsewhere', value: 'test', subgraph: 'people' },
  ];
  await using transport = connect([copy.url], { headerRules });
  const headers = transport.toHeaders({
    identity: { kind: 'viewer', viewer: {} as TokenViewer, authorization: 'Bearer ada' },
    client: { ipAddress: '::1', userAgent: 'test', headers: { 'x-tenant': 'acme', 'x-other': '1' } },
  });

  await transport.send({ ...ask('query'), headers });

  const [asked] = copy.requests;
  assert.deepEqual(
    Object.entries(asked?.headers ?? {}).filter(([name]) => /^x-|^auth/.test(name)),
    Object.entries({
      'x-internal-key': 'k'.repeat(32),
      'x-org': 'acme',
      'x-env': 'test',
      authorization: 'Bearer ada',
      'x-client-ip': '::1',
      'x-client-user-agent': 'test',
    }),
  );
});
