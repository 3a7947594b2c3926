/** The lane against a broker that loses requests and replies, in simulated time: what it says must be true of the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#platform/clock.ts';
import type { WireRecord } from './cluster.ts';
import type { LaneLimits, PartitionWriter } from './produce-lane.ts';
import { ProduceLane, ProduceRefused, ProduceUnknown, WriteFailed } from './produce-lane.ts';

const limits: LaneLimits = {
  deadlineMs: 5_000,
  batchRecordsMax: 10,
  batchBytesMax: 10_000,
  queueRecordsMax: 50,
  queueBytesMax: 100_000,
};

class SimulatedClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => void this.#timers.splice(this.#timers.indexOf(timer), 1);
  }

  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await turn();
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
      if (due === undefined) break;
      this.#timers.splice(this.#timers.indexOf(due), 1);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await turn();
    }
    this.#now = until;
  }
}

type Fate = 'ok' | 'no leader' | 'request lost' | 'reply lost' | 'refused' | 'late';

/** Kafka's rule for idempotent producers: the same sequence range of the same producer is a duplicate and is acknowledged as the first. */
class SimulatedPartition implements PartitionWriter {
  readonly log: string[] = [];
  concurrent = 0;
  concurrentMax = 0;
  readonly #clock: SimulatedClock;
  readonly #pickFate: () => Fate;
  readonly #known = new Map<string, bigint>();
  #producerId = 1;
  #nextSequence = 0;

  constructor(clock: SimulatedClock, pickFate: () => Fate) {
    this.#clock = clock;
    this.#pickFate = pickFate;
  }

  renew(): void {
    this.#producerId += 1;
    this.#nextSequence = 0;
  }

  async prepare() {
    const fate = this.#pickFate();
    if (fate === 'no leader') throw new Error('no leader');
    return (records: readonly WireRecord[]) => this.#write(records, fate);
  }

  async #write(records: readonly WireRecord[], fate: Fate): Promise<bigint> {
    this.concurrent += 1;
    this.concurrentMax = Math.max(this.concurrentMax, this.concurrent);
    await new Promise<void>((resolve) => void this.#clock.after(fate === 'late' ? 6_000 : 5, resolve));
    this.concurrent -= 1;
    if (fate === 'request lost') throw new WriteFailed('lost', { maybeWritten: true, repeatable: true });
    if (fate === 'refused') throw new WriteFailed('not leader', { maybeWritten: false, repeatable: true });
    const id = `${this.#producerId}/${this.#nextSequence}/${records.length}`;
    const baseOffset = this.#known.get(id) ?? BigInt(this.log.length);
    if (!this.#known.has(id)) this.log.push(...records.map(({ value }) => value.toString()));
    this.#known.set(id, baseOffset);
    if (fate === 'reply lost') throw new WriteFailed('lost', { maybeWritten: true, repeatable: true });
    this.#nextSequence += records.length;
    return baseOffset;
  }
}

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
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

const fates: readonly Fate[] = [
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
    const random = createRandom(seed);
    const clock = new SimulatedClock();
    const partition = new SimulatedPartition(clock, () => fates[Math.floor(random() * fates.length)] ?? 'ok');
    const lane = createLane(clock, partition);
    const all: Sent[] = [];
    for (let index = 0; index < 150; index++) {
      all.push(send(lane, `m${index}`));
      if (random() < 0.3) await clock.advance(random() * 400);
    }
    await clock.advance(60_000);
    assert.equal(partition.concurrentMax, 1, `seed ${seed}: more than one write in flight`);
    for (const { value, answer, offset } of all) {
      const copies = partition.log.filter((written) => written === value).length;
      assert.notEqual(answer, 'none', `seed ${seed}: ${value} got no answer`);
      if (answer === 'refused') assert.equal(copies, 0, `seed ${seed}: ${value} was refused and written`);
      else assert.ok(copies <= 1, `seed ${seed}: ${value} written ${copies} times`);
      if (answer === 'acknowledged')
        assert.equal(
          partition.log[Number(offset)],
          value,
          `seed ${seed}: ${value} is not where it was acknowledged`,
        );
    }
    const order = partition.log.map((value) => Number(value.slice(1)));
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
      `seed ${seed}: written out of order`,
    );
  }
});

test('records that wait go out together, the first one at once', async () => {
  const clock = new SimulatedClock();
  const partition = new SimulatedPartition(clock, () => 'ok');
  const lane = createLane(clock, partition);
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

test('without a broker a record is refused at its deadline, a full queue refuses at once', async () => {
  const clock = new SimulatedClock();
  const lane = createLane(clock, new SimulatedPartition(clock, () => 'no leader'));
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
  const clock = new SimulatedClock();
  const lane = createLane(clock, new SimulatedPartition(clock, () => 'ok'));
  const before = send(lane, 'a');
  const closed = lane.close();
  const after = send(lane, 'b');
  await clock.advance(10);
  await closed;
  assert.deepEqual([before.answer, after.answer], ['acknowledged', 'refused']);
});
