/**
 * Ephemeral signals between chat processes on chat.signals: at most once, never stored. KafkaPubSub is the
 * channel router; reading and writing stay with our own reader and producer, which its facade hands it: no
 * consumer group that two copies could share by accident, no unbounded queue, no way for a record to stall
 * the rest. Called by typing.ts and presence.ts.
 */
import { createHash } from 'node:crypto';
import { KafkaPubSub } from 'graphql-kafkajs-subscriptions';
import type { Kafka } from '#platform/kafka/client.ts';
import type { LogRecord } from '#platform/kafka/log-reader.ts';
import { createLogReader } from '#platform/kafka/log-reader.ts';
import type { OrderedProducer } from '#platform/kafka/ordered-producer.ts';
import type { Logger } from '#platform/logger.ts';
import { Signal } from '#schema/generated/signals.ts';

/** What a channel is about; its key never reaches the channel's name as it is. */
interface Channel {
  readonly kind: 'typing' | 'presence';
  readonly key: string;
}

/** `ageMs`: how long ago it was written. */
type SignalListener = (signal: Signal, ageMs: number) => void;

export interface SignalBus extends AsyncDisposable {
  /** Heard from now on, synchronously; returns how to stop that. */
  listen(channel: Channel, listener: SignalListener): () => void;
  /** Best effort: never rejects. */
  publish(channel: Channel, signal: Signal): Promise<void>;
  healthy(): boolean;
}

export interface SignalBusOptions {
  readonly kafka: Kafka;
  readonly producer: OrderedProducer;
  readonly topic: string;
  /** How much of the past is heard at the start. */
  readonly pastMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The part of kafkajs's API that KafkaPubSub uses. */
interface PubSubMessage {
  readonly value: Buffer | null;
  readonly headers: { readonly channel: string };
  readonly timestamp: string;
}
type EachMessage = (payload: { readonly message: PubSubMessage }) => Promise<void>;
interface SendRequest {
  readonly topic: string;
  readonly messages: readonly { readonly value: Buffer; readonly headers: { readonly channel: string } }[];
}

const partition = 0;
const channelPattern = /^(typing|presence):[\w-]{43}$/;
const signalBytesMax = 1_024;

/** Resolves when the bus hears and can be heard. */
export async function createSignalBus(options: SignalBusOptions): Promise<SignalBus> {
  const { kafka, producer, topic, logger } = options;
  const router = Promise.withResolvers<EachMessage>();
  const pubSub = await KafkaPubSub.create({
    kafka: createFacade(producer, router.resolve) as unknown as Kafka,
    topic,
    // Asked for, but without a meaning: the facade's consumer has no group.
    groupIdPrefix: 'unused',
  });
  const eachMessage = await router.promise;
  const reader = createLogReader({
    kafka,
    topic,
    from: { timestampMs: Date.now() - options.pastMs },
    onBatch: async (records) => {
      for (const record of records) await route(record, eachMessage, logger);
    },
    logger,
    signal: options.signal,
  });
  return {
    listen(channel, listener) {
      const subscription = pubSub.subscribe(nameOf(channel), (message) => {
        if (message.value !== null) hear(message.value, Number(message.timestamp), listener);
      });
      // It is registered by now; only its number comes as a promise.
      return () => void subscription.then((id) => pubSub.unsubscribe(id));
    },
    async publish(channel, signal) {
      try {
        await pubSub.publish(nameOf(channel), Buffer.from(Signal.encode(signal).finish()));
      } catch (error) {
        logger.debug({ kind: channel.kind, err: error }, 'a signal was not sent');
      }
    },
    healthy: () => reader.healthy(),
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}

function createFacade(producer: OrderedProducer, onRun: (eachMessage: EachMessage) => void) {
  const nothing = async () => undefined;
  return {
    producer: () => ({
      connect: nothing,
      send: ({ topic, messages }: SendRequest) =>
        Promise.all(
          messages.map(({ value, headers }) =>
            producer.send({
              topic,
              partition,
              key: null,
              value,
              headers: { channel: Buffer.from(headers.channel) },
            }),
          ),
        ),
    }),
    consumer: () => ({
      connect: nothing,
      subscribe: nothing,
      run: async ({ eachMessage }: { eachMessage: EachMessage }) => onRun(eachMessage),
    }),
  };
}

/**
 * Only what we could have written goes further: a channel called `constructor` would throw in the router for
 * ever.
 */
async function route(record: LogRecord, eachMessage: EachMessage, logger: Logger): Promise<void> {
  const channel = record.headers.channel?.toString('utf8') ?? '';
  if (!channelPattern.test(channel) || (record.value?.length ?? 0) > signalBytesMax) return;
  try {
    const timestamp = String(record.timestampMs);
    await eachMessage({ message: { value: record.value, headers: { channel }, timestamp } });
  } catch (error) {
    logger.warn({ offset: String(record.offset), err: error }, 'a signal could not be used');
  }
}

function hear(value: Buffer, writtenAtMs: number, listener: SignalListener): void {
  listener(Signal.decode(value), Math.max(0, Date.now() - writtenAtMs));
}

/**
 * Channels are names in a plain object of the router: prefixed, hashed and of one length they can't collide
 * or be a prototype's.
 */
function nameOf({ kind, key }: Channel): string {
  return `${kind}:${createHash('sha256').update(key).digest('base64url')}`;
}
