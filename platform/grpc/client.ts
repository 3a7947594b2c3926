/**
 * A gRPC connection to a service of ours: presents the internal key, gives every call a deadline, repeats reads that found nobody.
 * Called by the composition roots of chat and storage; connects with the first call and again by itself after a failure.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, ClientMiddleware, CompatServiceDefinition } from 'nice-grpc';
import { ClientError, createChannel, createClientFactory, Metadata, Status } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { internalKeyHeader } from '#platform/internal-key.ts';
import { messageBytesMax, pingMs, pingTimeoutMs } from './limits.ts';

export interface GrpcConnectionOptions {
  /** host:port */
  readonly address: string;
  readonly internalKey: string;
}

export interface CallLimits {
  /** From the call to its last answer, repeats included. 5 s, and 60 s for a stream of answers, when not given. */
  readonly deadlineMs?: number;
}

export interface GrpcConnection extends AsyncDisposable {
  /**
   * The typed client of a service. Calls reject with nice-grpc's ClientError. A unary call whose name begins with Get, List, Read
   * or Find is taken for a read and repeated while the service is UNAVAILABLE.
   */
  createClient<Service extends CompatServiceDefinition>(definition: Service): Client<Service, CallLimits>;
  /** Whether the other side says that it and its dependencies work. Rejects when it does not answer. */
  isServing(): Promise<boolean>;
}

const unaryDeadlineMs = 5_000;
const streamDeadlineMs = 60_000;
const healthDeadlineMs = 1_500;
/** SERVING of grpc.health.v1, which the package doesn't export. */
const servingStatus = 1;
const triesMax = 3;
const retryPauseMs = 100;

/** Connects to nothing yet. */
export function createGrpcConnection({ address, internalKey }: GrpcConnectionOptions): GrpcConnection {
  const channel = createChannel(address, undefined, {
    'grpc.max_receive_message_length': messageBytesMax,
    'grpc.max_send_message_length': messageBytesMax,
    'grpc.keepalive_time_ms': pingMs,
    'grpc.keepalive_timeout_ms': pingTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  // The last one in use() is the outermost: the deadline spans the repeats.
  const factory = createClientFactory()
    .use(createKeyPresenter(internalKey))
    .use(tellLoss)
    .use(repeatReads)
    .use(limitTime);
  const health = factory.create(HealthDefinition, channel);
  return {
    createClient: (definition) => factory.create(definition, channel),
    isServing: async () => {
      const { status } = await health.check({ service: '' }, { deadlineMs: healthDeadlineMs });
      return status === servingStatus;
    },
    async [Symbol.asyncDispose]() {
      channel.close();
    },
  };
}

function createKeyPresenter(internalKey: string): ClientMiddleware {
  return (call, options) => {
    const metadata = Metadata(options.metadata).set(internalKeyHeader, internalKey);
    return call.next(call.request, { ...options, metadata });
  };
}

/** A server that is shut down cancels what it still runs, which is a loss and not our wish: that would be an AbortError. */
const tellLoss: ClientMiddleware = async function* tellLoss(call, options) {
  try {
    return yield* call.next(call.request, options);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== Status.CANCELLED) throw error;
    throw new ClientError(call.method.path, Status.UNAVAILABLE, 'the server ended the call');
  }
};

const limitTime: ClientMiddleware<CallLimits> = async function* limitTime(call, { deadlineMs, ...options }) {
  const ms = deadlineMs ?? (call.responseStream ? streamDeadlineMs : unaryDeadlineMs);
  const deadline = AbortSignal.timeout(ms);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  try {
    return yield* call.next(call.request, { ...options, signal });
  } catch (error) {
    if (!deadline.aborted || options.signal?.aborted === true) throw error;
    throw new ClientError(call.method.path, Status.DEADLINE_EXCEEDED, `no answer within ${ms} ms`);
  }
};

const readName = /\/(Get|List|Read|Find)[A-Z][A-Za-z]*$/;

const repeatReads: ClientMiddleware = async function* repeatReads(call, options) {
  if (call.requestStream || call.responseStream || !readName.test(call.method.path)) {
    return yield* call.next(call.request, options);
  }
  for (let tries = 1; ; tries++) {
    try {
      return yield* call.next(call.request, options);
    } catch (error) {
      const isUnavailable = error instanceof ClientError && error.code === Status.UNAVAILABLE;
      if (!isUnavailable || tries === triesMax) throw error;
      await delay(
        retryPauseMs * tries,
        undefined,
        options.signal === undefined ? {} : { signal: options.signal },
      );
    }
  }
};
