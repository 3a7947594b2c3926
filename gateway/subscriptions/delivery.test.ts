/** Executions overlap and end in any order; everybody gets theirs in order, once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Delivery, Receiver } from './delivery.ts';
import { deliver } from './delivery.ts';
import type { JointExecution, Outcome } from './joint-execution.ts';

interface Trial extends Receiver {
  readonly got: string[];
  misses: number;
}

function createReceiver(name: string): Trial {
  const underWay: Delivery[] = [];
  return {
    asker: { authorization: '', requester: name, context: {} },
    underWay,
    got: [],
    misses: 0,
    receive(body) {
      this.got.push(String(body));
    },
    miss() {
      this.misses += 1;
    },
  };
}

/** Answers an event with its number, for each viewer when it is odd, after the time given for it. */
function createExecution(waits: readonly number[]): JointExecution {
  const numberOf = ({ data }: { data?: Record<string, unknown> | null }) => Number(data?.n);
  return {
    runShared: async (event: { data?: Record<string, unknown> | null }): Promise<Outcome> => {
      const n = numberOf(event);
      await delay(waits[n] ?? 0);
      return n % 2 === 1 ? { requester: 'a', body: null } : Buffer.from(String(n));
    },
    runFor: async (
      event: { data?: Record<string, unknown> | null },
      { requester }: { requester: string },
    ): Promise<Buffer> => {
      await delay(requester.length % 3);
      return Buffer.from(`${numberOf(event)} ${requester}`);
    },
  } as unknown as JointExecution;
}

test('each receiver gets its events in order, and what is personal only as its own', async () => {
  const event = fc.record({ wait: fc.nat(4), to: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
      const receivers = ['a', 'bb', 'ccc', 'dddd'].map(createReceiver);
      const execution = createExecution(events.map(({ wait }) => wait));
      const expected = receivers.map((): string[] => []);
      const deliveries: Promise<void>[] = [];
      for (const [n, { to }] of events.entries()) {
        const chosen = [...new Set(to)];
        deliveries.push(
          deliver(
            { data: { n } },
            chosen.map((index) => receivers[index] as Trial),
            execution,
          ),
        );
        for (const index of chosen)
          expected[index]?.push(n % 2 === 1 ? `${n} ${receivers[index]?.asker.requester}` : String(n));
      }
      await Promise.all(deliveries);
      assert.deepEqual(
        receivers.map(({ got }) => got),
        expected,
      );
    }),
    { numRuns: 60 },
  );
});

test('an event that can not be delivered is missed by everybody it was for', async () => {
  const receivers = ['a', 'b'].map(createReceiver);
  const execution = { runShared: async () => 'undeliverable' } as unknown as JointExecution;
  await deliver({ data: {} }, receivers, execution);
  assert.deepEqual(
    receivers.map(({ misses }) => misses),
    [1, 1],
  );
});
