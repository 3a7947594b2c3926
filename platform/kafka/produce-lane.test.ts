/** The lane against a broker that loses requests and replies, in simulated time: what it says must be true of the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Random } from '#tests/simulation/random.ts';
import { SimulatedClock } from '#tests/simulation/simulated-clock.ts';
import type { WriteFate } from '#tests/simulation/simulated-log.ts';
import { SimulatedLog, SimulatedWriter } from '#tests/simulation/simulated-log.ts';
import type { LaneLimits, PartitionWriter } from './produce-lane.ts';
import { ProduceLane, ProduceRefused, ProduceUnknown } from './produce-lane.ts';

const limits: LaneLimits = {
  deadlineMs: 5_000,
  batchRecordsMax: 10,
  batchBytesMax: 10_000,
  queueRecordsMax: 50,
  queueBytesMax: 100_000,
};

interface Run {
  readonly clock: SimulatedClock;
  readonly log: SimulatedLog;
  readonly writer: SimulatedWriter;
  readonly lane: ProduceLane;
}

function start(pickFate: () => WriteFate): Run {
  const clock = new SimulatedClock();
  const log = new SimulatedLog();
  const writer = new SimulatedWriter({ log, clock, world: clock, pickFate, pickLatencyMs: () => 2 });
  return { clock, log, writer, lane: createLane(clock, writer) };
}

interface Sent {
  readonly value: string;
  offset: bigint | null;
  answer: 'none' | 'acknowledged' | 'refused' | 'unknown';
}

function send(lane: ProduceLane, value: string): Sent {
  const sent: Sent = { value, offset: null, answer: 'none' };
  lane.send({ key: null, value: Buffer.from(value) }).then(
    (offset) => {
      sent.offset = offset;
      sent.answer = 'acknowledged';
    },
    (error: unknown) => {
      assert.ok(error instanceof ProduceRefused || error instanceof ProduceUnknown, String(error));
      sent.answer = error instanceof ProduceRefused ? 'refused' : 'unknown';
    },
  );
  return sent;
}

function createLane(clock: SimulatedClock, writer: PartitionWriter): ProduceLane {
  return new ProduceLane({ writer, clock, limits, onFailedAttempt: () => undefined });
}

const fates: readonly WriteFate[] = [
  'ok',
  'ok',
  'ok',
  'no leader',
  'request lost',
  'reply lost',
  'refused',
  'late',
];

test('every answer is true of the log, whatever is lost', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const { clock, log, writer, lane } = start(() => fates[random.between(0, fates.length - 1)] ?? 'ok');
    const all: Sent[] = [];
    for (let index = 0; index < 150; index++) {
      all.push(send(lane, `m${index}`));
      if (random.next() < 0.3) await clock.advance(random.between(0, 400));
    }
    await clock.advance(60_000);
    const values = log.records.map(({ value }) => value.toString());
    assert.equal(writer.concurrentMax, 1, `seed ${seed}: more than one write in flight`);
    for (const { value, answer, offset } of all) {
      const copies = values.filter((written) => written === value).length;
      assert.notEqual(answer, 'none', `seed ${seed}: ${value} got no answer`);
      if (answer === 'refused') assert.equal(copies, 0, `seed ${seed}: ${value} was refused and written`);
      else assert.ok(copies <= 1, `seed ${seed}: ${value} written ${copies} times`);
      if (answer === 'acknowledged')
        assert.equal(
          values[Number(offset)],
          value,
          `seed ${seed}: ${value} is not where it was acknowledged`,
        );
    }
    const order = values.map((value) => Number(value.slice(1)));
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
      `seed ${seed}: written out of order`,
    );
  }
});

test('records that wait go out together, the first one at once', async () => {
  const { clock, lane } = start(() => 'ok');
  const first = send(lane, 'a');
  await turn();
  const rest = ['b', 'c', 'd'].map((value) => send(lane, value));
  await clock.advance(5);
  assert.equal(first.answer, 'acknowledged');
  await clock.advance(5);
  assert.deepEqual(
    rest.map(({ offset }) => offset),
    [1n, 2n, 3n],
  );
});

test('an acknowledgement that does not rise is not believed', async () => {
  const clock = new SimulatedClock();
  const offsets = [7n, 7n, 8n];
  let renewals = 0;
  const writer: PartitionWriter = {
    prepare: async () => async () => offsets.shift() ?? 9n,
    renew: () => {
      renewals += 1;
    },
  };
  const lane = createLane(clock, writer);
  const first = send(lane, 'a');
  await clock.advance(1);
  const second = send(lane, 'b');
  await clock.advance(1_000);
  assert.equal(first.offset, 7n);
  assert.equal(second.offset, 8n);
  assert.equal(renewals, 1);
});

test('a log that was made anew is believed from the second acknowledgement on', async () => {
  const clock = new SimulatedClock();
  const offsets = [10_000_000n, 0n, 1n];
  const lane = createLane(clock, {
    prepare: async () => async () => offsets.shift() ?? 2n,
    renew: () => undefined,
  });
  const sent: Sent[] = [];
  for (const value of ['in the old log', 'in the new one', 'behind it']) {
    sent.push(send(lane, value));
    await clock.advance(1_000);
  }
  assert.deepEqual(
    sent.map(({ offset }) => offset),
    [10_000_000n, 1n, 2n],
  );
});

test('without a broker a record is refused at its deadline, a full queue refuses at once', async () => {
  const { clock, lane } = start(() => 'no leader');
  const waiting = Array.from({ length: limits.queueRecordsMax }, (_, index) => send(lane, `m${index}`));
  const tooMany = send(lane, 'too many');
  const tooLarge = send(lane, 'x'.repeat(limits.batchBytesMax));
  await clock.advance(limits.deadlineMs - 1);
  assert.deepEqual([tooMany.answer, tooLarge.answer], ['refused', 'refused']);
  assert.ok(waiting.every(({ answer }) => answer === 'none'));
  await clock.advance(1);
  assert.ok(waiting.every(({ answer }) => answer === 'refused'));
});

test('closing answers what was sent and refuses what comes after', async () => {
  const { clock, lane } = start(() => 'ok');
  const before = send(lane, 'a');
  const closed = lane.close();
  const after = send(lane, 'b');
  await clock.advance(10);
  await closed;
  assert.deepEqual([before.answer, after.answer], ['acknowledged', 'refused']);
});
