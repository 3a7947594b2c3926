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
import type { PreparedOperation, PrepareOperation } from './prepared-operations.ts';
import type { SerializedResult, SharedExecution } from './shared-execution.ts';

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
  /** When much is unsent, resolves when it has left, so that a slow peer slows the streams that feed it; else null. */
  ready(): Promise<void> | null;
}

export interface SubscriptionOptions {
  readonly id: string;
  readonly payload: SubscribePayload;
  readonly parts: SubscriptionParts;
  readonly peer: Peer;
}

export class Subscription implements Running, Addressee {
  readonly id: string;
  readonly window: EventWindow;
  place: Addressee['place'] = null;
  readonly #options: SubscriptionOptions;
  #source: AsyncIterator<unknown> | null = null;
  #isStopped = false;

  constructor(options: SubscriptionOptions) {
    this.id = options.id;
    this.#options = options;
    this.window = new EventWindow(readEventsUnderWayMax(options.payload.extensions));
  }

  start(): void {
    void this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.window.open();
    void this.#source?.return?.();
  }

  async #run(): Promise<void> {
    const { peer, parts } = this.#options;
    try {
      const refused = await this.#serve();
      if (this.#isStopped) return;
      if (refused === null) peer.complete(this);
      else peer.error(this, refused.map(parts.mask));
    } catch (error) {
      if (!this.#isStopped) peer.error(this, [parts.mask(toGraphQLError(error))]);
    }
  }

  /** Until the stream ends: null. Or why there is none. */
  async #serve(): Promise<readonly GraphQLError[] | null> {
    const { payload, parts } = this.#options;
    const operation = parts.prepare(payload);
    if (!('document' in operation)) return operation;
    const context = await createContext(payload, parts.authentication);
    if (this.#isStopped) return null;
    const { document, operationName, variables } = operation;
    const stream = await createSourceEventStream({
      schema: parts.schema,
      document,
      operationName,
      contextValue: context,
      variableValues: variables,
    });
    if (!(Symbol.asyncIterator in stream)) return stream.errors ?? [];
    this.#source = stream[Symbol.asyncIterator]();
    if (this.#isStopped) void this.#source.return?.();
    else await this.#pump(this.#source, { operation, context });
    return null;
  }

  async #pump(
    source: AsyncIterator<unknown>,
    asking: { readonly operation: PreparedOperation; readonly context: SubgraphContext },
  ): Promise<void> {
    const { peer, parts } = this.#options;
    for (;;) {
      const waiting = this.window.opened() ?? peer.ready();
      if (waiting !== null) await waiting;
      if (this.#isStopped) return;
      const { done, value } = await source.next();
      if (done === true || this.#isStopped) return;
      const running = parts.shared.run(value, asking);
      const result = running instanceof Promise ? await running : running;
      if (this.#isStopped) return;
      this.window.noteSent();
      peer.next(this, result);
    }
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
