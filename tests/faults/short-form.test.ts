/** The promise under faults, in minutes: at least 25 of them of many kinds, on a stack of its own; the long form is `npm run test:faults`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violationKinds } from './checker.ts';
import { recoveries, toMarkdown } from './report.ts';
import { runFaults } from './run-faults.ts';

const faults = 26;
/** Those that take seconds by themselves or thousands of sockets are left to the long form. */
const kinds = [
  'kill',
  'kill-all-copies',
  'kill-at-point',
  'stop-at-point',
  'kafka-kill',
  'kafka-stop',
  'kafka-connections-cut',
  'produce-replies-lost',
  'produce-replies-late',
  'postgres-kill',
  'postgres-restart',
  'postgres-stop',
  'link-cut',
  'link-black-holed',
  'link-half-open',
  'link-one-byte',
  'links-swizzled',
  'link-reset',
  'duplicate-delivery',
  'poison-records',
  'rebalance-storm',
  'clock-set',
  'deaf-readers',
  'schema-reload',
];

test(`${faults} faults: nothing lost, nothing twice, nothing out of order, nothing seen by others`, async (t) => {
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}`);
  const result = await runFaults({
    seed,
    faults,
    kinds,
    points: [],
    messages: 1_000,
    minutesMax: 4,
    lanes: 3,
    brokerCount: 1,
    conversations: 16,
    messagesPerSecond: 50,
    plantedBug: null,
    print: (line) => t.diagnostic(line),
  });
  t.diagnostic(toMarkdown(result));
  assert.deepEqual(result.verdict.examples, []);
  assert.deepEqual(result.crashes, []);
  for (const kind of violationKinds) assert.equal(result.verdict.counts[kind], 0, kind);
  assert.equal(result.faults.length, faults);
  assert.equal(recoveries(result).length, faults, 'after some fault a message was never stored');
  assert.ok(result.verdict.acknowledged >= 1_000);
});
