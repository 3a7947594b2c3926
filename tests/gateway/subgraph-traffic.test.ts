/** What the gateway sends again after a wait, how much of it, and when it leaves a copy of a subgraph alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, codeOf, connect } from './subgraph-connection.ts';
import {
  answerBadGateway,
  answerWell,
  keepSilent,
  reset,
  startCopy,
  urlOfNobody,
} from './subgraph-copies.ts';

const circuit = { subgraphCircuitFailuresPercent: 50 };

test('a query is sent again to the only copy, a mutation is not', async () => {
  await using copy = await startCopy();
  await using transport = connect([copy.url], { subgraphRetriesMax: 2 });
  for (const failing of [reset, answerBadGateway]) {
    let asked = 0;
    copy.answer = (request, response) => {
      asked += 1;
      (asked < 3 ? failing : answerWell)(request, response);
    };
    assert.equal((await transport.send(ask('query'))).status, 200);
    assert.equal(asked, 3);
    asked = 0;
    assert.equal(await codeOf(transport.send(ask('mutation'))), 'UNKNOWN_OUTCOME');
    assert.equal(await codeOf(transport.send(ask('after-mutation'))), 'UNKNOWN_OUTCOME');
    assert.equal(asked, 2);
  }
  assert.equal(await transport.figure('gateway_subgraph_retries_total'), 4);
  assert.equal(await transport.figure('gateway_subgraph_failures_total', { reason: 'broken' }), 4);
  assert.equal(await transport.figure('gateway_subgraph_failures_total', { reason: 'unavailable' }), 4);
});

test('a copy that restarts is found again by the query that met it away', async () => {
  const url = await urlOfNobody();
  await using transport = connect([url], { subgraphRetriesMax: 3, subgraphRetryWaitMs: 100 });
  const sending = transport.send(ask('query'));
  await sleep(50);
  await using _copy = await startCopy(Number(new URL(url).port));
  assert.equal((await sending).status, 200);
});

test('what was late is not sent again, nor is anything once the time is over', async () => {
  await using copy = await startCopy();
  copy.answer = keepSilent;
  const late = { subgraphRetriesMax: 5, subgraphTimeoutMs: 150 };
  await using transport = connect([copy.url], late);
  assert.equal(await codeOf(transport.send(ask('query'))), 'SERVICE_UNAVAILABLE');
  assert.equal(copy.requests.length, 1);
  await using patient = connect([await urlOfNobody()], { ...late, subgraphRetryWaitMs: 100 });
  const startedAt = performance.now();
  assert.equal(await codeOf(patient.send(ask('query'))), 'SERVICE_UNAVAILABLE');
  assert.ok(performance.now() - startedAt < 300);
});

test('an outage is not multiplied: repeats stay within their share', async () => {
  await using copy = await startCopy();
  copy.answer = answerBadGateway;
  await using transport = connect([copy.url], { subgraphRetriesMax: 3, subgraphRetryWaitMs: 1 });
  const queries = 200;
  for (let sent = 0; sent < queries; sent += 1) await codeOf(transport.send(ask('query')));
  // A fifth of them, and what had been saved before.
  const repeats = copy.requests.length - queries;
  assert.ok(repeats >= 40 && repeats <= 50, `${repeats} repeats`);
  assert.ok((await transport.figure('gateway_subgraph_retries_denied_total')) > 100);
});

test('a copy that fails too often is left alone, the others go on, and it comes back by a question of ours', async () => {
  await using bad = await startCopy();
  await using good = await startCopy();
  await using transport = connect([bad.url, good.url], { ...circuit, subgraphTimeoutMs: 100 });
  bad.answer = keepSilent;
  const startedAt = performance.now();
  for (let sent = 0; sent < 8; sent += 1) await transport.send(ask('query'));
  assert.ok(performance.now() - startedAt >= 400, 'four of them were late once');
  assert.equal(await transport.figure('gateway_subgraph_circuits_open'), 1);

  const clients = () => bad.requests.filter(({ body }) => body === ask('query').body).length;
  const before = clients();
  for (let sent = 0; sent < 20; sent += 1) await transport.send(ask('mutation'));
  await waitUntil('a probe', () => bad.requests.length > before);
  assert.equal(clients(), before);

  bad.answer = answerWell;
  await waitUntil('the copy is asked again', async () => {
    await transport.send(ask('query'));
    return clients() > before;
  });
  assert.equal(await transport.figure('gateway_subgraph_circuits_open'), 0);
  assert.equal(await transport.figure('gateway_subgraph_circuits_opened_total'), 1);
});

test('when all copies are left alone, the answer is there at once and nothing is sent', async () => {
  await using copy = await startCopy();
  copy.answer = answerBadGateway;
  await using transport = connect([copy.url], { ...circuit, subgraphCircuitOpenMs: 60_000 });
  for (let sent = 0; sent < 4; sent += 1) await codeOf(transport.send(ask('query')));

  assert.equal(await codeOf(transport.send(ask('mutation'))), 'SERVICE_UNAVAILABLE');
  assert.equal(await codeOf(transport.send(ask('after-mutation'))), 'UNKNOWN_OUTCOME');

  assert.equal(copy.requests.length, 4);
  assert.equal(await transport.figure('gateway_subgraph_failures_total', { reason: 'left alone' }), 2);
});

test('what clients can bring about by what they ask does not count against a copy', async () => {
  await using copy = await startCopy();
  copy.answer = (_asked, response) => void response.writeHead(413).end('too large');
  await using transport = connect([copy.url], circuit);
  for (let sent = 0; sent < 12; sent += 1) await codeOf(transport.send(ask('query')));
  assert.equal(await transport.figure('gateway_subgraph_circuits_open'), 0);
  assert.equal(copy.requests.length, 12);
});

test('a few failures among many answers change nothing, nor do those of long ago', async () => {
  await using copy = await startCopy();
  await using transport = connect([copy.url], { ...circuit, subgraphCircuitWindowMs: 200 });
  copy.answer = answerBadGateway;
  for (let sent = 0; sent < 3; sent += 1) await codeOf(transport.send(ask('query')));
  await sleep(250);
  for (let sent = 0; sent < 3; sent += 1) await codeOf(transport.send(ask('query')));
  assert.equal(await transport.figure('gateway_subgraph_circuits_open'), 0);
});

async function waitUntil(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + 5_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < endsAt, `waited in vain: ${what}`);
    await sleep(10);
  }
}
