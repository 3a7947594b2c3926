/**
 * SEND 1/3: a validated command -> chat.commands, and its outcome back from chat.events. Called by the
 * mutations; calls the ordered producer. Three answers: an outcome, an error that says it surely did not
 * happen, or UNKNOWN_OUTCOME.
 */
import { typeid } from 'typeid-js';
import type { Clock } from '#platform/clock.ts';
import { reachFailPoint } from '#platform/fail-points.ts';
import { overloaded, serviceUnavailable, unknownOutcome } from '#platform/graphql-errors.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import { ProduceRefused, ProduceUnknown } from '#platform/kafka/produce-lane.ts';
import type { Command } from '#schema/generated/events.ts';
import { Command as CommandCodec, RejectionCode } from '#schema/generated/events.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import type { Outcome, Outcomes } from './outcomes.ts';
import type { Routes } from './routes.ts';

type CommandBody = NonNullable<Command['body']>;

export interface NewCommand {
  readonly viewerId: UserId;
  readonly conversationId: ConversationId;
  readonly body: CommandBody;
}

export interface CommandBus {
  /** Waits for the outcome. Throws SERVICE_UNAVAILABLE or OVERLOADED (surely not sent) or UNKNOWN_OUTCOME. */
  submit(command: NewCommand): Promise<Outcome>;
  /** Waits until Kafka holds it; null then, or a rejection. Throws as submit does. */
  accept(command: NewCommand): Promise<Extract<Outcome, { kind: 'rejected' }> | null>;
}

export interface CommandBusOptions {
  readonly producer: Pick<OrderedProducer, 'send'>;
  readonly topic: string;
  readonly routes: Routes;
  readonly outcomes: Outcomes;
  /** Whether outcomes can be seen; nothing is sent before. */
  readonly isListening: () => boolean;
  /** From the call to the answer. */
  readonly deadlineMs: number;
  readonly clock: Clock;
}

export function createCommandBus(options: CommandBusOptions): CommandBus {
  const { producer, topic, routes, outcomes, isListening, deadlineMs, clock } = options;

  /** Null: no such conversation. */
  function findPartition({ conversationId, body }: NewCommand): Promise<number | null> {
    return body.$case === 'createConversation' ? routes.choose(conversationId) : routes.find(conversationId);
  }

  async function produce(command: NewCommand, commandId: string, partition: number): Promise<void> {
    const value = CommandCodec.encode({ ...command, commandId, issuedAtMs: Date.now() }).finish();
    try {
      reachFailPoint('send.before-produce');
      await producer.send({
        topic,
        partition,
        key: Buffer.from(command.conversationId),
        value: Buffer.from(value),
      });
      reachFailPoint('send.produced');
    } catch (error) {
      if (error instanceof ProduceRefused) throw overloaded(1_000, error);
      if (error instanceof ProduceUnknown) throw unknownOutcome(error);
      throw error;
    }
  }

  return {
    async submit(command) {
      if (!isListening()) throw serviceUnavailable(new Error('the event feed has not started'));
      const commandId = createCommandId();
      const deadline = Promise.withResolvers<never>();
      const failed = Promise.withResolvers<never>();
      let hasLeft = false;
      const cancel = clock.after(deadlineMs, () =>
        deadline.reject(
          hasLeft ? unknownOutcome() : serviceUnavailable(new Error('no partition found in time')),
        ),
      );
      try {
        const partition = await Promise.race([findPartition(command), deadline.promise]);
        if (partition === null) return notAMember;
        using expected = outcomes.expect(commandId);
        hasLeft = true;
        produce(command, commandId, partition).catch(failed.reject);
        return await Promise.race([expected.outcome, deadline.promise, failed.promise]);
      } finally {
        cancel();
        // A produce that fails after the answer has nobody to tell.
        failed.promise.catch(() => undefined);
      }
    },
    async accept(command) {
      const partition = await findPartition(command);
      if (partition === null) return notAMember;
      await produce(command, createCommandId(), partition);
      return null;
    },
  };
}

const notAMember = {
  kind: 'rejected',
  rejection: {
    code: RejectionCode.NOT_A_MEMBER,
    message: 'You are not a member, or there is no such conversation.',
  },
} as const satisfies Outcome;

function createCommandId(): string {
  return typeid().toUUID();
}
