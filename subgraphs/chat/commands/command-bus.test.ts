/** The bus in simulated time, without a Kafka that answers: its deadline counts from the call, whatever it is spent on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphQLError } from 'graphql';
import { createConversationId, createUserId } from '#schema/ids.ts';
import { SimulatedClock } from '#tests/simulation/simulated-clock.ts';
import { createCommandBus } from './command-bus.ts';
import { createOutcomes } from './outcomes.ts';

const deadlineMs = 4_500;

/** Submits a command whose partition is found after `routeMs`; tells the error's code, and when it came. */
async function submit(routeMs: number): Promise<{ answer: unknown; atMs: number; sent: number }> {
  const clock = new SimulatedClock();
  let sent = 0;
  const find = () => new Promise<number>((resolve) => void clock.after(routeMs, () => resolve(0)));
  const bus = createCommandBus({
    producer: {
      send: () => {
        sent += 1;
        return Promise.withResolvers<{ offset: bigint }>().promise;
      },
    },
    ...{ topic: 'chat.commands', routes: { find, choose: find }, isListening: () => true, deadlineMs, clock },
    outcomes: createOutcomes({ waitersMax: 10 }),
  });
  const viewerId = createUserId();
  const body = { $case: 'leaveConversation', value: {} } as const;
  const conversationId = createConversationId();
  const answered = bus.submit({ viewerId, conversationId, body }).then(
    ({ kind }) => ({ answer: kind, atMs: clock.now() }),
    (error: GraphQLError) => ({ answer: error.extensions.code, atMs: clock.now() }),
  );
  await clock.advance(2 * deadlineMs);
  return { ...(await answered), sent };
}

test('time spent on finding the partition is not given twice', async () => {
  assert.deepEqual(await submit(3_000), { answer: 'UNKNOWN_OUTCOME', atMs: deadlineMs, sent: 1 });
});

test('what has not left at the deadline surely does not happen', async () => {
  assert.deepEqual(await submit(6_000), { answer: 'SERVICE_UNAVAILABLE', atMs: deadlineMs, sent: 0 });
});
