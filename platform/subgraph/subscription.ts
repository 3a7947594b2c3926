/**
 * LIVE 1/2: one running subscription of a subgraph: authenticates, opens the resolver's stream, and hands its events to the peer, each executed for all
 * who ask the same. Made by websocket.ts for each `subscribe`.
 */
import type { GraphQLError, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { createSourceEventStream } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import type { Running } from '#platform/transport-ws/connection.ts';
import type { SubgraphContext } from '#schema/context.ts';
import type { Authentication } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import { EventWindow, readEventsUnderWayMax } from './event-window.ts';
import type { Addressee } from './multicast.ts';
import type { PrepareOperation } from './prepared-operations.ts';
import type { ItemSink, PushSource } from './push-source.ts';
import { toPushSource } from './push-source.ts';
import type { Asking, SerializedResult, SharedExecution } from './shared-execution.ts';

/** What all subscriptions of a subgraph share. */
export interface SubscriptionParts {
  readonly schema: GraphQLSchema;
  readonly authentication: Authentication;
  readonly prepare: PrepareOperation;
  readonly shared: SharedExecution;
  readonly mask: (error: GraphQLError) => GraphQLFormattedError;
}

/** The gateway's end of the socket. */
export interface Peer {
  next(operation: Subscription, result: SerializedResult): void;
  complete(operation: Subscription): void;
  error(operation: Subscription, errors: readonly GraphQLFormattedError[]): void;
  /** False while much is unsent, so that a slow peer slows the streams that feed it; the operation is resumed when there is room. */
  hasRoomFor(operation: Subscription): boolean;
}

export interface SubscriptionOptions {
  readonly id: string;
  readonly payload: SubscribePayload;
  readonly parts: SubscriptionParts;
  readonly peer: Peer;
}

export class Subscription implements Running, Addressee, ItemSink<unknown> {
  readonly id: string;
  frameTurn = 0;
  frameIndex = 0;
  readonly #window: EventWindow;
  readonly #options: SubscriptionOptions;
  #asking: Asking | null = null;
  #iterator: AsyncIterator<unknown> | null = null;
  #source: PushSource<unknown> | null = null;
  /** An event's result is awaited; what comes after it waits. */
  #isExecuting = false;
  /** What ends it when the last result has gone. */
  #finish: (() => void) | null = null;
  #isOver = false;

  constructor(options: SubscriptionOptions) {
    this.id = options.id;
    this.#options = options;
    this.#window = new EventWindow(readEventsUnderWayMax(options.payload.extensions));
  }

  start(): void {
    this.#open().then(
      (refused) => {
        if (refused !== null) this.#refuse(refused);
      },
      (error: unknown) => this.fail(error),
    );
  }

  stop(): void {
    this.#isOver = true;
    void this.#iterator?.return?.();
  }

  /** There is room again, in the window or at the peer. */
  resume(): void {
    this.#source?.resume();
  }

  /** So many more of its events have been taken by the gateway's clients. */
  noteTaken(count: number): void {
    this.#window.noteTaken(count);
    this.resume();
  }

  isReady(): boolean {
    return !this.#isOver && !this.#isExecuting && this.#window.hasRoom && this.#options.peer.hasRoomFor(this);
  }

  take(event: unknown): void {
    if (this.#isOver || this.#asking === null) return;
    try {
      const running = this.#options.parts.shared.run(event, this.#asking);
      if (running instanceof Promise) void this.#await(running);
      else this.#send(running);
    } catch (error) {
      this.fail(error);
    }
  }

  end(): void {
    this.#finishWith(() => this.#options.peer.complete(this));
  }

  fail(error: unknown): void {
    this.#refuse([toGraphQLError(error)]);
  }

  /** Null when the stream runs. Else why there is none. */
  async #open(): Promise<readonly GraphQLError[] | null> {
    const { payload, parts } = this.#options;
    const operation = parts.prepare(payload);
    if (!('document' in operation)) return operation;
    const context = await createContext(payload, parts.authentication);
    if (this.#isOver) return null;
    const { document, operationName, variables } = operation;
    const stream = await createSourceEventStream({
      schema: parts.schema,
      document,
      operationName,
      contextValue: context,
      variableValues: variables,
    });
    if (!(Symbol.asyncIterator in stream)) return stream.errors ?? [];
    const iterator = stream[Symbol.asyncIterator]();
    if (this.#isOver) {
      void iterator.return?.();
      return null;
    }
    this.#asking = { operation, context };
    this.#iterator = iterator;
    this.#source = toPushSource(iterator);
    this.#source.pipe(this);
    return null;
  }

  async #await(running: Promise<SerializedResult>): Promise<void> {
    this.#isExecuting = true;
    try {
      this.#send(await running);
    } catch (error) {
      this.fail(error);
    }
    this.#isExecuting = false;
    if (this.#finish === null) this.resume();
    else this.#finishWith(this.#finish);
  }

  #send(result: SerializedResult): void {
    if (this.#isOver) return;
    this.#window.noteSent();
    this.#options.peer.next(this, result);
  }

  #refuse(errors: readonly GraphQLError[]): void {
    this.#finishWith(() => this.#options.peer.error(this, this.#mask(errors)));
  }

  #finishWith(finish: () => void): void {
    if (this.#isOver) return;
    this.#finish = finish;
    if (this.#isExecuting) return;
    this.stop();
    finish();
  }

  #mask(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    return errors.map(this.#options.parts.mask);
  }
}

async function createContext(
  payload: SubscribePayload,
  authentication: Authentication,
): Promise<SubgraphContext> {
  const authorization = payload.extensions?.authorization;
  const viewer = await authenticate(
    typeof authorization === 'string' ? authorization : undefined,
    authentication,
  );
  return { viewer, client: { ipAddress: null, userAgent: null } };
}
