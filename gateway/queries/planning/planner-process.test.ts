/** The planner's process: what crashes or stalls it, and what its end means. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import pino from 'pino';
import { chain, chat, shop } from '#tests/planning/supergraphs.ts';
import { PlanningError } from './planner.ts';
import { startPlanner } from './planner-process.ts';

const small = toRequest('{ viewer { user { handle } } }');
/** Keeps Hive's planner busy for many seconds. */
const endless = toRequest(
  `{ conversationEvents(conversationId: "1") { edges { node { ${Array.from(
    { length: 3_000 },
    (_, index) =>
      `... on MessageCreated { a${index}: message { sender { handle } replyTo { sender { bio } } } }`,
  ).join(' ')} } } } }`,
);
/** Crashes Hive's planner when its names are not protected. */
const crashing = toRequest('{ top { shipping dims { h } } }');

function toRequest(text: string) {
  return { text, operationName: null, activeOverrides: [] };
}

function start(supergraphSdl: string, limits: { timeoutMs?: number; waitingMax?: number } = {}) {
  const logger = pino({ level: 'silent' });
  return startPlanner({ supergraphSdl, timeoutMs: 10_000, waitingMax: 10, logger, ...limits });
}

function failsWith(reason: string) {
  return (error: unknown) => error instanceof PlanningError && error.reason === reason;
}

test('an operation that crashes a planner is planned by the other, as are those that wait', async () => {
  await using planner = await start(shop);
  const plans = await Promise.all([crashing, toRequest('{ top { stock } }'), crashing].map(planner.plan));
  assert.deepEqual(
    plans.map(({ node }) => node?.kind),
    ['Sequence', 'Sequence', 'Sequence'],
  );
});

test('a planner that was ended while nobody asked is replaced', async () => {
  await using planner = await start(chat);
  const { status } = spawnSync('pkill', ['-KILL', '-P', String(process.pid), '-f', 'planner-child']);
  assert.equal(status, 0);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { node } = await planner.plan(small);
  assert.equal(node?.kind, 'RootFetch');
});

test('an operation that takes too long is refused, now and later, and others go on', async () => {
  await using planner = await start(chat, { timeoutMs: 2_000 });
  const [first, second] = await Promise.allSettled([planner.plan(endless), planner.plan(small)]);
  assert.ok(first.status === 'rejected' && failsWith('timeout')(first.reason));
  assert.equal(second.status, 'fulfilled');
  const began = performance.now();
  await assert.rejects(planner.plan(endless), failsWith('timeout'));
  assert.ok(performance.now() - began < 1_000, 'without trying again');
});

test('what Hive never plans and Apollo plans wrongly is planned in parts, the next time without delay', async () => {
  await using planner = await start(chain, { timeoutMs: 2_000 });
  const mutual = toRequest('{ a { id fourth second } }');
  const { node } = await planner.plan(mutual);
  const requests = node?.kind === 'Sequence' ? node.nodes : [];
  assert.deepEqual(
    requests.map(
      (one) =>
        one.kind.endsWith('Fetch') &&
        'operation' in one &&
        one.operation.match(/\b(?:base|first|second|third|fourth)\b/g),
    ),
    [['base'], ['first'], ['second'], ['third'], ['fourth']],
  );
  const began = performance.now();
  assert.deepEqual((await planner.plan(mutual)).node, node);
  assert.ok(performance.now() - began < 1_000, 'without waiting for Hive again');
});

test('more than may wait are refused', async () => {
  await using planner = await start(chat, { waitingMax: 2 });
  const results = await Promise.allSettled([small, small, small].map(planner.plan));
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? 'planned' : result.reason.reason)),
    ['planned', 'planned', 'busy'],
  );
});

test('what no planner can plan fails, and so does a supergraph that is none', async () => {
  await using planner = await start(chat);
  await assert.rejects(planner.plan(toRequest('{ nothing }')), /Cannot query field "nothing"/);
  await assert.rejects(start('type Query {'), failsWith('failed'));
  await assert.rejects(start('type Query { a: Int }'), failsWith('failed'));
});

test('disposing ends what is being planned', async () => {
  const planner = await start(chat);
  const planned = assert.rejects(planner.plan(endless), failsWith('failed'));
  const waiting = assert.rejects(planner.plan(small), failsWith('failed'));
  await new Promise((resolve) => setImmediate(resolve));
  await planner[Symbol.asyncDispose]();
  await Promise.all([planned, waiting]);
  await assert.rejects(planner.plan(small), failsWith('failed'));
});

test('an idle planner keeps no process alive', () => {
  const script = `
    import { startPlanner } from '#gateway/queries/planning/planner-process.ts';
    import { readFileSync } from 'node:fs';
    const supergraphSdl = readFileSync('schema/supergraph.graphql', 'utf8');
    const planner = await startPlanner({ supergraphSdl, timeoutMs: 10_000, waitingMax: 1, logger: console });
    await planner.plan(${JSON.stringify(small)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 30_000,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});
